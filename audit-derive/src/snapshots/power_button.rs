#[allow(deprecated, unused_qualifications, clippy::absolute_paths)]
const _: () = {
    use ::audit_core as __audit;
    #[automatically_derived]
    unsafe impl __audit::AuditEvent for PowerButton
    where
        bool: __audit::AuditValue,
        Fault: __audit::AuditReason,
    {
        const SCHEMAS: &'static [&'static __audit::schema::Schema] = &[
            &__audit::schema::Schema {
                event: "power_button_pressed",
                about: "Pressed and let go.",
                stream: __audit::Stream::Audit,
                category: "power",
                action: __audit::schema::ActionNames::always("press"),
                outcome: __audit::schema::OutcomeRule::Always(
                    __audit::schema::OutcomeKind::Success,
                ),
                level: ::core::option::Option::None,
                actor: __audit::schema::Part::None("a button is anybody's"),
                source: __audit::schema::Part::Always("local", "front panel"),
                object: __audit::schema::Part::Always("id", "host"),
                object_type: "machine",
                mapping: __audit::schema::Mapping::__new(
                    ::core::option::Option::None,
                    ::core::option::Option::Some(__audit::schema::Ecs {
                        category: "host",
                        event_type: "change",
                    }),
                    ::core::option::Option::Some("Buttons.1.0.Pressed"),
                ),
                fields: &[
                    __audit::__private::field::<
                        bool,
                    >("long", __audit::schema::Place::Data),
                ],
            },
            &__audit::schema::Schema {
                event: "power_button_stuck",
                about: "Pressed in vain.",
                stream: __audit::Stream::Application,
                category: "power",
                action: __audit::schema::ActionNames::always("press"),
                outcome: __audit::schema::OutcomeRule::Always(
                    __audit::schema::OutcomeKind::Failure,
                ),
                level: ::core::option::Option::Some(__audit::Level::Warn),
                actor: __audit::schema::Part::None("a button is anybody's"),
                source: __audit::schema::Part::Always("local", "front panel"),
                object: __audit::schema::Part::Always("id", "host"),
                object_type: "machine",
                mapping: __audit::schema::Mapping::__new(
                    ::core::option::Option::Some(__audit::schema::Ocsf {
                        class: 1001u32,
                        activity: 99u8,
                    }),
                    ::core::option::Option::Some(__audit::schema::Ecs {
                        category: "host",
                        event_type: "change",
                    }),
                    ::core::option::Option::Some("Buttons.1.0.Pressed"),
                ),
                fields: &[
                    __audit::__private::field::<
                        Fault,
                    >("why", __audit::schema::Place::Reason),
                ],
            },
        ];
        #[inline]
        fn variant(&self) -> ::core::primitive::usize {
            match self {
                Self::Pressed { .. } => 0,
                Self::Stuck { .. } => 1,
            }
        }
        #[inline]
        fn encode(
            &self,
            _: ::core::option::Option<&__audit::Context<'_>>,
            __audit_out: &mut __audit::record::Encoder<'_>,
        ) {
            match self {
                Self::Pressed { long: __audit_field_long } => {
                    __audit_out.value::<bool>(__audit_field_long);
                }
                Self::Stuck { why: __audit_field_why } => {
                    __audit_out.value::<Fault>(__audit_field_why);
                }
            }
        }
    }
    #[automatically_derived]
    unsafe impl<__AuditClearance> __audit::flow::FlowsTo<__AuditClearance>
    for PowerButton
    where
        bool: __audit::flow::FlowsTo<__AuditClearance>,
        Fault: __audit::flow::FlowsTo<__AuditClearance>,
    {
        const FLOWS: () = ();
    }
    #[automatically_derived]
    impl PowerButton {
        ::audit_core::__emit_methods! {}
    }
    ::audit_core::__closed! {
        "PowerButton", [] PowerButton, []
    }
    const _: () = {
        use __audit::__private::NoSchemas as _;
        __audit::__private::assert_fit_lines(
            <__audit::__private::Schemas<PowerButton>>::ALL,
        );
        __audit::policy::Policy::enforce(
            &NO_CONTENT,
            <__audit::__private::Schemas<PowerButton>>::ALL,
        );
    };
};
