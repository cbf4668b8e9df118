#[allow(deprecated, unused_qualifications, clippy::absolute_paths)]
const _: () = {
    use ::audit_core as __audit;
    #[automatically_derived]
    unsafe impl<'a> __audit::AuditEvent for LoginFailed<'a>
    where
        ClaimedName<'a>: __audit::vocab::ActorUser,
        SocketAddr: __audit::vocab::SourceAddress,
        ObjectId<'a>: __audit::vocab::IsObjectId,
        LoginRefusal: __audit::AuditReason,
        u32: __audit::vocab::Disclosable,
    {
        const SCHEMAS: &'static [&'static __audit::schema::Schema] = &[
            &__audit::schema::Schema {
                event: "login_failed",
                about: "A login attempt was refused.",
                stream: __audit::Stream::Audit,
                category: "authentication",
                action: __audit::schema::ActionNames::always("login"),
                outcome: __audit::schema::OutcomeRule::Always(
                    __audit::schema::OutcomeKind::Denied,
                ),
                level: ::core::option::Option::None,
                actor: __audit::schema::Part::Fields,
                source: __audit::schema::Part::Fields,
                object: __audit::schema::Part::Fields,
                object_type: "device",
                mapping: __audit::schema::Mapping::NONE,
                fields: &[
                    __audit::__private::field::<
                        LoginRefusal,
                    >("reason", __audit::schema::Place::Reason),
                    __audit::__private::field::<
                        ClaimedName<'a>,
                    >("user", __audit::schema::Place::ActorUser),
                    __audit::__private::field::<
                        SocketAddr,
                    >("from", __audit::schema::Place::SourceAddress),
                    __audit::__private::field::<
                        ObjectId<'a>,
                    >("device", __audit::schema::Place::ObjectId),
                    __audit::__private::disclosed::<
                        u32,
                    >(
                        "attempt",
                        "counter of the login throttle",
                        __audit::Class::Internal,
                    ),
                    __audit::__private::field::<
                        Withheld<&'a str>,
                    >("password", __audit::schema::Place::Data),
                ],
            },
        ];
        #[inline]
        fn encode(
            &self,
            _: ::core::option::Option<&__audit::Context<'_>>,
            __audit_out: &mut __audit::record::Encoder<'_>,
        ) {
            let Self {
                user: __audit_field_user,
                from: __audit_field_from,
                device: __audit_field_device,
                reason: __audit_field_reason,
                attempt: __audit_field_attempt,
                password: __audit_field_password,
            } = self;
            __audit_out.value::<LoginRefusal>(__audit_field_reason);
            __audit_out.value::<ClaimedName<'a>>(__audit_field_user);
            __audit_out.value::<SocketAddr>(__audit_field_from);
            __audit_out.value::<ObjectId<'a>>(__audit_field_device);
            __audit_out.disclosed::<u32>(__audit_field_attempt);
            __audit_out.no_length::<Withheld<&'a str>>(__audit_field_password);
        }
    }
    #[automatically_derived]
    unsafe impl<'a, __AuditClearance> __audit::flow::FlowsTo<__AuditClearance>
    for LoginFailed<'a>
    where
        ClaimedName<'a>: __audit::flow::FlowsTo<__AuditClearance>,
        SocketAddr: __audit::flow::FlowsTo<__AuditClearance>,
        ObjectId<'a>: __audit::flow::FlowsTo<__AuditClearance>,
        LoginRefusal: __audit::flow::FlowsTo<__AuditClearance>,
        __AuditClearance: __audit::flow::Covers<__audit::flow::Internal>,
        Withheld<&'a str>: __audit::flow::FlowsTo<__AuditClearance>,
    {
        const FLOWS: () = ();
    }
    #[automatically_derived]
    impl<'a> LoginFailed<'a> {
        ::audit_core::__emit_methods! {}
    }
    ::audit_core::__closed! {
        "LoginFailed", ['a,] LoginFailed < 'a >, []
    }
    fn __audit_check_fields<'a>(_: &LoginFailed<'a>) {
        {
            fn qualifies<T: __audit::vocab::ActorUser>() {}
            qualifies::<ClaimedName<'a>>();
        }
        {
            fn qualifies<T: __audit::vocab::IsObjectId>() {}
            qualifies::<ObjectId<'a>>();
        }
    }
    const _: () = {
        use __audit::__private::NoSchemas as _;
        __audit::__private::assert_fit_lines(
            <__audit::__private::Schemas<LoginFailed<'_>>>::ALL,
        );
    };
};
