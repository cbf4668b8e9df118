#[allow(deprecated, unused_qualifications, clippy::absolute_paths)]
const _: () = {
    use ::audit_core as __audit;
    #[automatically_derived]
    unsafe impl __audit::AuditEvent for FirmwareUpdate
    where
        Awaited<FlashFault>: __audit::__private::IsAwaited,
    {
        const SCHEMAS: &'static [&'static __audit::schema::Schema] = &[
            &__audit::schema::Schema {
                event: "firmware_update",
                about: "Firmware is written, or was.",
                stream: __audit::Stream::Audit,
                category: "maintenance",
                action: __audit::schema::ActionNames::always("firmware_update"),
                outcome: __audit::schema::OutcomeRule::Field,
                level: ::core::option::Option::None,
                actor: __audit::schema::Part::Context,
                source: __audit::schema::Part::Context,
                object: __audit::schema::Part::Always("id", "firmware"),
                object_type: "image",
                mapping: __audit::schema::Mapping::NONE,
                fields: &[
                    __audit::__private::field::<
                        Awaited<FlashFault>,
                    >("outcome", __audit::schema::Place::Outcome),
                    __audit::__private::CONTEXT_ACTOR,
                    __audit::__private::CONTEXT_SOURCE,
                ],
            },
        ];
        #[inline]
        fn encode(
            &self,
            __audit_context: ::core::option::Option<&__audit::Context<'_>>,
            __audit_out: &mut __audit::record::Encoder<'_>,
        ) {
            let Self { outcome: __audit_field_outcome } = self;
            __audit_out.value::<Awaited<FlashFault>>(__audit_field_outcome);
            __audit_out.context_actor(__audit_context);
            __audit_out.context_source(__audit_context);
        }
    }
    #[automatically_derived]
    unsafe impl<__AuditClearance> __audit::flow::FlowsTo<__AuditClearance>
    for FirmwareUpdate
    where
        Awaited<FlashFault>: __audit::flow::FlowsTo<__AuditClearance>,
        __AuditClearance: __audit::flow::Covers<__audit::flow::Personal>,
    {
        const FLOWS: () = ();
    }
    #[automatically_derived]
    impl FirmwareUpdate {
        ::audit_core::__two_phase_within_methods! {}
        ::audit_core::__no_bare_begin! {}
    }
    #[automatically_derived]
    unsafe impl __audit::TwoPhase for FirmwareUpdate
    where
        for<'__audit> Self: __audit::__private::Emittable<'__audit>,
        for<'__audit> Awaited<FlashFault>: __audit::__private::KnownLater<'__audit>,
    {
        type Reason = <Awaited<FlashFault> as __audit::__private::IsAwaited>::Reason;
        #[inline]
        fn awaited(&mut self) -> &mut __audit::Awaited<Self::Reason> {
            <Awaited<
                FlashFault,
            > as __audit::__private::IsAwaited>::awaited(&mut self.outcome)
        }
    }
    ::audit_core::__closed! {
        "FirmwareUpdate", [] FirmwareUpdate, []
    }
    const _: () = {
        use __audit::__private::NoSchemas as _;
        __audit::__private::assert_fit_lines(
            <__audit::__private::Schemas<FirmwareUpdate>>::ALL,
        );
    };
};
