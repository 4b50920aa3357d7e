//! The runtime API: what nodes and clients ask of the runtime. There is no `TransactionPaymentApi`, as there are no
//! fees.

#![allow(missing_docs)] // The macro makes public items that it does not document.

use crate::{presets, views, *};
use alloc::{string::String, vec::Vec};
use codec::Encode;
use frame_support::{
    genesis_builder_helper::{build_state, get_preset},
    traits::KeyOwnerProofSystem,
};
use medchain_primitives::*;
use medchain_runtime_api::*;
use sp_consensus_aura::sr25519::AuthorityId as AuraId;
use sp_consensus_grandpa::AuthorityId as GrandpaId;
use sp_core::{crypto::KeyTypeId, OpaqueMetadata};
use sp_inherents::{CheckInherentsResult, InherentData};
use sp_runtime::{
    traits::{Block as BlockT, NumberFor},
    transaction_validity::{TransactionSource, TransactionValidity},
    ApplyExtrinsicResult, DispatchError, ExtrinsicInclusionMode,
};
use sp_session::OpaqueGeneratedSessionKeys;

sp_api::impl_runtime_apis! {
    impl sp_api::Core<Block> for Runtime {
        fn version() -> RuntimeVersion {
            VERSION
        }

        fn execute_block(block: <Block as BlockT>::LazyBlock) {
            Executive::execute_block(block)
        }

        fn initialize_block(header: &<Block as BlockT>::Header) -> ExtrinsicInclusionMode {
            Executive::initialize_block(header)
        }
    }

    impl sp_api::Metadata<Block> for Runtime {
        fn metadata() -> OpaqueMetadata {
            OpaqueMetadata::new(Runtime::metadata().into())
        }

        fn metadata_at_version(version: u32) -> Option<OpaqueMetadata> {
            Runtime::metadata_at_version(version)
        }

        fn metadata_versions() -> Vec<u32> {
            Runtime::metadata_versions()
        }
    }

    impl sp_block_builder::BlockBuilder<Block> for Runtime {
        fn apply_extrinsic(extrinsic: <Block as BlockT>::Extrinsic) -> ApplyExtrinsicResult {
            Executive::apply_extrinsic(extrinsic)
        }

        fn finalize_block() -> <Block as BlockT>::Header {
            Executive::finalize_block()
        }

        fn inherent_extrinsics(data: InherentData) -> Vec<<Block as BlockT>::Extrinsic> {
            data.create_extrinsics()
        }

        fn check_inherents(block: <Block as BlockT>::LazyBlock, data: InherentData) -> CheckInherentsResult {
            data.check_extrinsics(&block)
        }
    }

    impl sp_transaction_pool::runtime_api::TaggedTransactionQueue<Block> for Runtime {
        fn validate_transaction(
            source: TransactionSource,
            tx: <Block as BlockT>::Extrinsic,
            block_hash: <Block as BlockT>::Hash,
        ) -> TransactionValidity {
            Executive::validate_transaction(source, tx, block_hash)
        }
    }

    impl sp_offchain::OffchainWorkerApi<Block> for Runtime {
        fn offchain_worker(header: &<Block as BlockT>::Header) {
            Executive::offchain_worker(header)
        }
    }

    impl sp_consensus_aura::AuraApi<Block, AuraId> for Runtime {
        fn slot_duration() -> sp_consensus_aura::SlotDuration {
            views::slot_duration()
        }

        fn authorities() -> Vec<AuraId> {
            pallet_aura::Authorities::<Runtime>::get().into_inner()
        }
    }

    impl sp_session::SessionKeys<Block> for Runtime {
        fn generate_session_keys(owner: Vec<u8>, seed: Option<Vec<u8>>) -> OpaqueGeneratedSessionKeys {
            SessionKeys::generate(&owner, seed).into()
        }

        fn decode_session_keys(encoded: Vec<u8>) -> Option<Vec<(Vec<u8>, KeyTypeId)>> {
            SessionKeys::decode_into_raw_public_keys(&encoded)
        }
    }

    impl sp_consensus_grandpa::GrandpaApi<Block> for Runtime {
        fn grandpa_authorities() -> sp_consensus_grandpa::AuthorityList {
            Grandpa::grandpa_authorities()
        }

        fn current_set_id() -> sp_consensus_grandpa::SetId {
            Grandpa::current_set_id()
        }

        fn submit_report_equivocation_unsigned_extrinsic(
            equivocation_proof: sp_consensus_grandpa::EquivocationProof<
                <Block as BlockT>::Hash,
                NumberFor<Block>,
            >,
            key_owner_proof: sp_consensus_grandpa::OpaqueKeyOwnershipProof,
        ) -> Option<()> {
            Grandpa::submit_unsigned_equivocation_report(equivocation_proof, key_owner_proof.decode()?)
        }

        fn generate_key_ownership_proof(
            _set_id: sp_consensus_grandpa::SetId,
            authority_id: GrandpaId,
        ) -> Option<sp_consensus_grandpa::OpaqueKeyOwnershipProof> {
            let proof = Historical::prove((sp_consensus_grandpa::KEY_TYPE, authority_id))?;
            Some(sp_consensus_grandpa::OpaqueKeyOwnershipProof::new(proof.encode()))
        }
    }

    impl frame_system_rpc_runtime_api::AccountNonceApi<Block, AccountId, Nonce> for Runtime {
        fn account_nonce(account: AccountId) -> Nonce {
            System::account_nonce(account)
        }
    }

    #[cfg(feature = "runtime-benchmarks")]
    impl frame_benchmarking::Benchmark<Block> for Runtime {
        fn benchmark_metadata(
            extra: bool,
        ) -> (Vec<frame_benchmarking::BenchmarkList>, Vec<frame_support::traits::StorageInfo>) {
            use frame_support::traits::StorageInfoTrait;

            let mut list = Vec::<frame_benchmarking::BenchmarkList>::new();
            list_benchmarks!(list, extra);
            (list, AllPalletsWithSystem::storage_info())
        }

        fn dispatch_benchmark(
            config: frame_benchmarking::BenchmarkConfig,
        ) -> Result<Vec<frame_benchmarking::BenchmarkBatch>, String> {
            use crate::configs::{
                administrators::AdministratorsInstance, council::CouncilMembersInstance, validators::ValidatorsInstance,
            };
            use frame_support::traits::WhitelistedStorageKeys;

            // What every transaction reads, of which a block reads each once: who is in a set, and what time it is.
            let of_every_transaction = [
                pallet_membership::Members::<Runtime, CouncilMembersInstance>::hashed_key(),
                pallet_membership::Members::<Runtime, AdministratorsInstance>::hashed_key(),
                pallet_membership::Members::<Runtime, ValidatorsInstance>::hashed_key(),
                pallet_timestamp::Now::<Runtime>::hashed_key(),
            ];
            let mut whitelist = AllPalletsWithSystem::whitelisted_storage_keys();
            whitelist.extend(of_every_transaction.map(|key| key.to_vec().into()));
            let mut batches = Vec::<frame_benchmarking::BenchmarkBatch>::new();
            let params = (&config, &whitelist);
            add_benchmarks!(params, batches);
            Ok(batches)
        }
    }

    impl sp_genesis_builder::GenesisBuilder<Block> for Runtime {
        fn build_state(config: Vec<u8>) -> sp_genesis_builder::Result {
            build_state::<RuntimeGenesisConfig>(config)
        }

        fn get_preset(id: &Option<sp_genesis_builder::PresetId>) -> Option<Vec<u8>> {
            get_preset::<RuntimeGenesisConfig>(id, presets::get_preset)
        }

        fn preset_names() -> Vec<sp_genesis_builder::PresetId> {
            presets::preset_names()
        }
    }

    impl medchain_runtime_api::RegistryApi<Block, AccountId> for Runtime {
        fn member_by_account(account: AccountId) -> Option<MemberView<AccountId>> {
            pallet_registry::Members::<Runtime>::get(&account).map(|member| views::member((account, member)))
        }

        fn member_by_id(id: MemberId) -> Option<MemberView<AccountId>> {
            Registry::member_by_id(id).map(views::member)
        }

        fn member_by_username(username: String) -> Option<MemberView<AccountId>> {
            Registry::member_by_username(username.as_bytes()).map(views::member)
        }

        fn members(
            role: Role,
            status: Status,
            cursor: Option<MemberId>,
            limit: u32,
        ) -> Page<MemberView<AccountId>, MemberId> {
            views::page(
                cursor,
                limit,
                |cursor, limit| Registry::members_page(role, status, cursor, limit),
                |(_, member)| member.id,
                views::member,
            )
        }

        fn keys(member: MemberId, cursor: Option<KeyVersion>, limit: u32) -> Page<KeyView, KeyVersion> {
            views::page(
                cursor,
                limit,
                |cursor, limit| Registry::keys_page(member, cursor, limit),
                |(version, _, _)| *version,
                views::key,
            )
        }

        fn administrator_keys(
            administrator: AccountId,
            cursor: Option<KeyVersion>,
            limit: u32,
        ) -> Page<KeyView, KeyVersion> {
            views::page(
                cursor,
                limit,
                |cursor, limit| Registry::administrator_keys_page(&administrator, cursor, limit),
                |(version, _, _)| *version,
                views::key,
            )
        }

        fn guardianship(member: MemberId) -> Option<GuardianshipView<AccountId>> {
            pallet_registry::Guardianships::<Runtime>::get(member)
                .map(|guardianship| views::guardianship(member, guardianship, Registry::recoveries(member)))
        }

        fn acting(account: AccountId) -> Option<ActingView<AccountId>> {
            views::acting(account)
        }

        fn staff(
            institution: MemberId,
            cursor: Option<AccountId>,
            limit: u32,
        ) -> Page<StaffView<AccountId>, AccountId> {
            views::page(
                cursor,
                limit,
                |cursor, limit| Registry::staff_page(institution, cursor.as_ref(), limit),
                |(account, _)| account.clone(),
                views::staff,
            )
        }

        fn own_copies(
            member: MemberId,
            cursor: Option<(KeyVersion, MemberId)>,
            limit: u32,
        ) -> Page<OwnCopyView, (KeyVersion, MemberId)> {
            views::page(
                cursor,
                limit,
                |cursor, limit| Registry::own_copies_page(member, cursor, limit),
                |(of_version, giver, _)| (*of_version, *giver),
                |(of_version, giver, seal)| OwnCopyView { of_version, giver, seal },
            )
        }

        fn affiliations(member: MemberId, cursor: Option<MemberId>, limit: u32) -> Page<AffiliationView, MemberId> {
            let is_doctor = Registry::member_by_id(member).is_some_and(|(_, found)| found.role == Role::Doctor);
            views::page(
                cursor,
                limit,
                |cursor, limit| match is_doctor {
                    true => Registry::affiliated_hospitals_page(member, cursor, limit),
                    false => Registry::affiliations_page(member, cursor, limit),
                },
                |(other, _)| *other,
                |(other, entry)| match is_doctor {
                    true => views::affiliation(other, member, entry),
                    false => views::affiliation(member, other, entry),
                },
            )
        }

        fn administrators() -> Vec<AdministratorView<AccountId>> {
            views::all_administrators()
        }
    }

    impl medchain_runtime_api::AppointmentsApi<Block> for Runtime {
        fn appointment(id: AppointmentId) -> Option<AppointmentView> {
            pallet_appointments::Appointments::<Runtime>::get(id).map(|entry| views::appointment((id, entry)))
        }

        fn appointments(
            member: MemberId,
            cursor: Option<AppointmentId>,
            limit: u32,
        ) -> Page<AppointmentView, AppointmentId> {
            views::page(
                cursor,
                limit,
                |cursor, limit| Appointments::appointments_page(member, cursor, limit),
                |(id, _)| *id,
                views::appointment,
            )
        }

        fn agenda(
            member: MemberId,
            status: Option<AppointmentStatus>,
            day: Option<u32>,
            cursor: Option<AppointmentId>,
            limit: u32,
        ) -> Page<AppointmentView, AppointmentId> {
            views::agenda(member, status, day, cursor, limit)
        }

        fn schedule(doctor: MemberId) -> ScheduleView {
            views::schedule(pallet_appointments::Schedules::<Runtime>::get(doctor).unwrap_or_default())
        }

        fn care_relations(member: MemberId, cursor: Option<MemberId>, limit: u32) -> Page<CareView, MemberId> {
            views::page(
                cursor,
                limit,
                |cursor, limit| Appointments::care_page(member, cursor, limit),
                |(patient, doctor, _)| if *patient == member { *doctor } else { *patient },
                views::care,
            )
        }
    }

    impl medchain_runtime_api::ReportsApi<Block, AccountId> for Runtime {
        fn record(id: RecordId) -> Option<RecordView> {
            Reports::record(id).map(|record| views::record((id, record)))
        }

        fn records(
            member: MemberId,
            kind: Option<RecordKind>,
            cursor: Option<RecordId>,
            limit: u32,
        ) -> Page<RecordView, RecordId> {
            views::page(
                cursor,
                limit,
                |cursor, limit| Reports::records_of(member, kind, cursor, limit),
                |(id, _)| *id,
                views::record,
            )
        }

        fn anchored_by(author: MemberId, content: ContentRoot) -> Option<RecordId> {
            Reports::anchored_by(author, content)
        }

        fn dispensings(record: RecordId) -> Vec<DispensingView<AccountId>> {
            Reports::dispensings(record).into_iter().map(views::dispensing).collect()
        }

        fn is_anchored(content: ContentRoot) -> bool {
            Reports::is_anchored(content)
        }

        fn store_allowance(account: AccountId) -> u64 {
            views::store_allowance(<Registry as MemberDirectory<AccountId>>::by_account(&account))
        }
    }

    impl medchain_runtime_api::AccessApi<Block, AccountId> for Runtime {
        fn request(id: RequestId) -> Option<RequestView<AccountId>> {
            pallet_access::Requests::<Runtime>::get(id).map(|request| views::request((id, request)))
        }

        fn inbox(patient: MemberId, cursor: Option<RequestId>, limit: u32) -> Page<RequestView<AccountId>, RequestId> {
            views::page(
                cursor,
                limit,
                |cursor, limit| Access::inbox(patient, cursor, limit),
                |(id, _)| *id,
                views::request,
            )
        }

        fn requests_by(requester: MemberId, cursor: Option<RequestId>, limit: u32) -> Page<RequestView<AccountId>, RequestId> {
            views::page(
                cursor,
                limit,
                |cursor, limit| Access::requests_by(requester, cursor, limit),
                |(id, _)| *id,
                views::request,
            )
        }

        fn grant(record: RecordId, reader: MemberId) -> Option<GrantView> {
            pallet_access::Grants::<Runtime>::get(record, reader).map(|grant| views::grant((record, reader, grant)))
        }

        fn grants_of_record(record: RecordId, cursor: Option<MemberId>, limit: u32) -> Page<GrantView, MemberId> {
            views::page(
                cursor,
                limit,
                |cursor, limit| Access::grants_of_record(record, cursor, limit),
                |(reader, _)| *reader,
                |(reader, grant)| views::grant((record, reader, grant)),
            )
        }

        fn grants_of_reader(reader: MemberId, cursor: Option<RecordId>, limit: u32) -> Page<GrantView, RecordId> {
            views::page(
                cursor,
                limit,
                |cursor, limit| Access::grants_of_reader(reader, cursor, limit),
                |(record, _)| *record,
                |(record, grant)| views::grant((record, reader, grant)),
            )
        }

        fn grants_of_patient(
            patient: MemberId,
            cursor: Option<(MemberId, RecordId)>,
            limit: u32,
        ) -> Page<GrantView, (MemberId, RecordId)> {
            views::page(
                cursor,
                limit,
                |cursor, limit| Access::grants_of_patient(patient, cursor, limit),
                |(reader, record, _)| (*reader, *record),
                |(reader, record, grant)| views::grant((record, reader, grant)),
            )
        }

        fn read_log(of: ReadLogOf, cursor: Option<ReadingId>, limit: u32) -> Page<ReadingView<AccountId>, ReadingId> {
            views::page(
                cursor,
                limit,
                |cursor, limit| match of {
                    ReadLogOf::Record(record) => Access::readings_of_record(record, cursor, limit),
                    ReadLogOf::Patient(patient) => Access::readings_of_patient(patient, cursor, limit),
                    ReadLogOf::Reader(reader) => Access::readings_by_reader(reader, cursor, limit),
                },
                |(id, _)| *id,
                views::reading,
            )
        }

        fn may_request(
            account: AccountId,
            patient: MemberId,
            records: Vec<RecordId>,
            purpose: Purpose,
        ) -> Result<(), DispatchError> {
            Access::ensure_may_request(&account, patient, &records, purpose)
        }

        fn may_open(account: AccountId, record: RecordId) -> Result<(), DispatchError> {
            Access::ensure_may_open(&account, record)
        }

        fn may_read(account: AccountId, record: RecordId) -> Result<ReadPermit, DispatchError> {
            Access::ensure_may_read(&account, record).map(views::permit)
        }

        fn seal_recipients(patient: MemberId, kind: RecordKind) -> Vec<SealRecipientView> {
            views::seal_recipients(patient, kind)
        }

        fn standing_consents(patient: MemberId) -> Vec<StandingConsentView> {
            Access::standing_consents(patient).into_iter().map(views::standing_consent).collect()
        }

        fn guardians(patient: MemberId) -> Vec<GuardianView> {
            let guardians = Access::guardianships(patient).into_iter();
            guardians.map(|(guardian, entry)| views::guardian(patient, guardian, entry)).collect()
        }

        fn wards(guardian: MemberId, cursor: Option<MemberId>, limit: u32) -> Page<GuardianView, MemberId> {
            views::page(
                cursor,
                limit,
                |cursor, limit| Access::wards(guardian, cursor, limit),
                |(patient, _)| *patient,
                |(patient, entry)| views::guardian(patient, guardian, entry),
            )
        }

        fn emergency_consent(patient: MemberId) -> Option<EmergencyConsentView> {
            pallet_access::EmergencyConsents::<Runtime>::get(patient).map(views::emergency_consent)
        }

        fn emergency_capsule(record: RecordId) -> Option<EmergencyCapsuleView> {
            pallet_access::EmergencyCapsules::<Runtime>::get(record).map(views::emergency_capsule)
        }

        fn emergency_reviews(cursor: Option<ReadingId>, limit: u32) -> Page<PendingReviewView, ReadingId> {
            views::page(
                cursor,
                limit,
                Access::pending_reviews,
                |(reading, ..)| *reading,
                views::pending_review,
            )
        }

        fn may_open_emergency(account: AccountId, record: RecordId) -> Result<(), DispatchError> {
            Access::ensure_may_open_emergency(&account, record)
        }

        fn may_lodge_emergency(account: AccountId, record: RecordId) -> Result<(), DispatchError> {
            Access::ensure_may_lodge(&account, record)
        }

        fn emergency_capsule_changes() -> Vec<EmergencyCapsuleChange> {
            views::emergency_capsule_changes()
        }

        fn alerts() -> Vec<(MemberId, AlertView)> {
            views::alerts()
        }

        fn link(id: LinkId) -> Option<LinkView> {
            pallet_access::Links::<Runtime>::get(id).map(|link| views::link((id, link)))
        }

        fn link_by_commitment(commitment: LinkCommitment) -> Option<LinkView> {
            Access::link_by_commitment(commitment).map(views::link)
        }

        fn links(patient: MemberId, cursor: Option<LinkId>, limit: u32) -> Page<LinkView, LinkId> {
            views::page(
                cursor,
                limit,
                |cursor, limit| Access::links_of_patient(patient, cursor, limit),
                |(id, _)| *id,
                views::link,
            )
        }

        fn link_openings(link: LinkId, cursor: Option<ReadingId>, limit: u32) -> Page<LinkOpeningView, ReadingId> {
            views::page(
                cursor,
                limit,
                |cursor, limit| Access::openings_of_link(link, cursor, limit),
                |(first, _)| *first,
                |(_, opening)| views::link_opening(opening),
            )
        }

        fn committee() -> Option<CommitteeView> {
            pallet_access::Committee::<Runtime>::get().map(views::committee)
        }
    }

    impl medchain_runtime_api::CommitteeApi<Block, AccountId> for Runtime {
        fn round() -> Option<RoundView<AccountId>> {
            pallet_committee::CurrentRound::<Runtime>::get().map(views::round)
        }

        fn earlier_committees() -> Vec<CommitteeView> {
            views::earlier_committees()
        }

        fn failures() -> Vec<FailureView<AccountId>> {
            pallet_committee::Failures::<Runtime>::get().into_iter().map(views::failure).collect()
        }
    }

    impl medchain_runtime_api::QuotasApi<Block, AccountId> for Runtime {
        fn allowance(account: AccountId) -> AllowanceView {
            views::allowance(Quotas::allowance(&account))
        }
    }

    #[cfg(feature = "try-runtime")]
    impl frame_try_runtime::TryRuntime<Block> for Runtime {
        fn on_runtime_upgrade(
            checks: frame_try_runtime::UpgradeCheckSelect,
        ) -> (frame_support::weights::Weight, frame_support::weights::Weight) {
            // A failed check must stop the tool that asks; this API is in no node's runtime.
            let weight = Executive::try_runtime_upgrade(checks).expect("the upgrade's checks hold");
            (weight, configs::system::RuntimeBlockWeights::get().max_block)
        }

        fn execute_block(
            block: <Block as BlockT>::LazyBlock,
            state_root_check: bool,
            signature_check: bool,
            select: frame_try_runtime::TryStateSelect,
        ) -> frame_support::weights::Weight {
            Executive::try_execute_block(block, state_root_check, signature_check, select)
                .expect("the block executes and the state's invariants hold")
        }
    }
}
