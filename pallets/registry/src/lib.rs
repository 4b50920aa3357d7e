//! # Registry
//!
//! The consortium's members: who they are to the chain, the key that seals for them are made to, and whether they may
//! act. See `README.md` for the life of a membership.
//!
//! A patient is active from registration on. A doctor, hospital or pharmacy waits for an administrator, who reads its
//! certificate and verifies or rejects it. Of a patient nothing is stored but her username and her keys: her profile is
//! an encrypted record.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]

extern crate alloc;

mod affiliations;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(feature = "runtime-benchmarks")]
pub use benchmarking::StatementSigner;
mod dependants;
mod keys;
pub mod migrations;
mod moves;
mod recovery;
mod staff;
mod types;
mod vouchers;
pub mod weights;

#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use types::*;
pub use weights::WeightInfo;

use alloc::vec::Vec;
use frame_support::{
    dispatch::DispatchResult,
    ensure,
    traits::{Contains, EnsureOrigin, Time},
};
use medchain_primitives::*;
use moves::Holder;
use sp_runtime::{
    traits::{IdentifyAccount, Verify},
    ArithmeticError,
};

/// The registry pallet.
#[frame_support::pallet]
pub mod pallet {
    use super::*;
    // The prelude has a trait of this name.
    use crate::Member;
    use frame_support::pallet_prelude::*;
    use frame_system::pallet_prelude::*;

    /// The layout of this pallet's storage. [`migrations`] leads to it.
    pub const STORAGE_VERSION: StorageVersion = StorageVersion::new(2);

    /// The registry.
    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// What the registry needs of the runtime.
    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
        /// Who vets professionals; yields the administrator's account, which the events name.
        type AdminOrigin: EnsureOrigin<Self::RuntimeOrigin, Success = Self::AccountId>;
        /// The administrators. None of them can become a member.
        type Administrators: Contains<Self::AccountId>;
        /// Where professionals anchor their certificates.
        type Records: RecordDirectory;
        /// Where the guardianships of dependants are kept.
        type Guardianships: DependantGuardians;
        /// What has to know which accounts take others' places.
        type Accounts: AccountChanges<Self::AccountId>;
        /// What accounts sign vouchers and consents with.
        type Signature: Verify<Signer: IdentifyAccount<AccountId = Self::AccountId>> + Parameter;
        /// The chain's clock.
        type Time: Time<Moment = Moment>;
        /// The cost of the calls.
        type WeightInfo: WeightInfo;
        /// Signs the statements of benchmarks.
        #[cfg(feature = "runtime-benchmarks")]
        type BenchmarkSigner: StatementSigner<Self::AccountId, Self::Signature>;
    }

    /// The number of the next member.
    #[pallet::storage]
    pub type NextMemberId<T: Config> = StorageValue<_, MemberId, ValueQuery, FirstMemberId>;

    /// The number that the first member gets.
    #[pallet::type_value]
    pub fn FirstMemberId() -> MemberId {
        MemberId::FIRST
    }

    /// The member behind an account. An outsider chooses the account, hence the cryptographic hasher. Bounded by the
    /// quota of registrations; members are never removed.
    #[pallet::storage]
    pub type Members<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, Member>;

    /// The account of a member. Numbers are given out in sequence, so that a fast hasher is enough. As many as
    /// [`Members`].
    #[pallet::storage]
    pub type AccountOf<T: Config> = StorageMap<_, Twox64Concat, MemberId, T::AccountId>;

    /// The account that holds a username, by the username's [`look`], so that no other member has one that looks like it.
    /// (Where two looked alike before looks counted, one of them is here as it is.) An outsider chooses the username, hence
    /// the cryptographic hasher. As many as [`Members`].
    #[pallet::storage]
    pub type Usernames<T: Config> = StorageMap<_, Blake2_128Concat, Username, T::AccountId>;

    /// The members of each role and status, in the order of their numbers: roles and statuses are closed sets, and
    /// the number is its own hash, so that a listing follows it. As many as [`Members`].
    #[pallet::storage]
    pub type ByRoleAndStatus<T: Config> =
        StorageDoubleMap<_, Twox64Concat, (Role, Status), Identity, OrderedKey, (), OptionQuery>;

    /// The key that certificates are sealed to, and its version, of each administrator that has published one.
    /// Accounts are chosen by their owners, hence the cryptographic hasher. Bounded by the number of accounts that
    /// were ever administrators; read it only for those that are.
    #[pallet::storage]
    pub type AdministratorKeys<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, (EncryptionKey, KeyVersion)>;

    /// The encryption keys that a member has replaced, by version: seals made for them stay readable to their owner, and
    /// whoever checks an old seal finds the key here. Member numbers are sequential, and so are versions, so that a fast
    /// hasher is enough. One for each rotation, which quotas bound.
    #[pallet::storage]
    pub type EarlierKeys<T: Config> = StorageDoubleMap<_, Twox64Concat, MemberId, Twox64Concat, KeyVersion, EarlierKey>;

    /// The encryption keys that an administrator has replaced; as [`EarlierKeys`], by account, with a cryptographic
    /// hasher since its owner chose it.
    #[pallet::storage]
    pub type EarlierAdministratorKeys<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Twox64Concat, KeyVersion, EarlierKey>;

    /// The accounts that a member has left, and which member that was. None of them can be a member's again: its key may
    /// be in other hands. An outsider chooses the account, hence the cryptographic hasher. One for each move.
    #[pallet::storage]
    pub type Retired<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, MemberId>;

    /// Who may recover a member's account, how many of them together, and how long it takes. Member numbers are sequential,
    /// so that a fast hasher is enough. At most one for each member.
    #[pallet::storage]
    pub type Guardianships<T: Config> = StorageMap<_, Twox64Concat, MemberId, Guardianship>;

    /// The recoveries that a member's guardians have proposed, by the guardian who proposed each: an idle or mischievous
    /// guardian does not keep the others from proposing. Bounded by [`limits::RECOVERY_GUARDIANS_MAX`] for each member.
    #[pallet::storage]
    pub type Recoveries<T: Config> =
        StorageDoubleMap<_, Twox64Concat, MemberId, Twox64Concat, MemberId, Recovery<T::AccountId>>;

    /// The copies of its encryption secret that a member has left with those who may recover its account, by member and
    /// guardian. Member numbers are sequential, so that fast hashers are enough. One for each guardian of a
    /// guardianship.
    #[pallet::storage]
    pub type GuardianCopies<T: Config> = StorageDoubleMap<_, Twox64Concat, MemberId, Twox64Concat, MemberId, KeyCopy>;

    /// The copies of a member's earlier encryption secrets that are sealed to a later key of its own: by member, version
    /// and who made the copy. The member itself makes one when it moves, a guardian after a recovery or when it hands a
    /// dependant over. All are numbers given out in sequence, so that fast hashers are enough. One for each move, and one
    /// for each guardian and version that it held a copy of.
    #[pallet::storage]
    pub type OwnCopies<T: Config> = StorageNMap<
        _,
        (NMapKey<Twox64Concat, MemberId>, NMapKey<Twox64Concat, KeyVersion>, NMapKey<Twox64Concat, MemberId>),
        VersionedSeal,
    >;

    /// The staff accounts, each with the institution for which it acts. Accounts are chosen by their owners, hence the
    /// cryptographic hasher. At most [`limits::STAFF_MAX`] for each institution.
    #[pallet::storage]
    pub type Staff<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, StaffMember>;

    /// Until when the last consent was good by which an account became staff: it was used up by that, and only one that is
    /// good for longer makes the account staff again. One entry for each account that ever was staff.
    #[pallet::storage]
    pub type StaffConsents<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, Moment>;

    /// The staff accounts of each institution; hashers as for its keys elsewhere. As many as [`Staff`].
    #[pallet::storage]
    pub type StaffOf<T: Config> =
        StorageDoubleMap<_, Twox64Concat, MemberId, Blake2_128Concat, T::AccountId, (), OptionQuery>;

    /// How many staff accounts an institution has; absent for none. Member numbers are sequential, so that a fast hasher is
    /// enough. At most one for each institution.
    #[pallet::storage]
    pub type StaffCount<T: Config> = StorageMap<_, Twox64Concat, MemberId, u32, ValueQuery>;

    /// Dependants, each with the guardian who registered it and has not handed it over. Member numbers are sequential, so
    /// that a fast hasher is enough. At most [`limits::DEPENDANTS_MAX`] for each guardian.
    #[pallet::storage]
    pub type Dependants<T: Config> = StorageMap<_, Twox64Concat, MemberId, MemberId>;

    /// How many dependants a guardian has; absent for none. Hasher as for [`Dependants`]. At most one for each guardian.
    #[pallet::storage]
    pub type DependantCount<T: Config> = StorageMap<_, Twox64Concat, MemberId, u32, ValueQuery>;

    /// The doctors that a hospital has offered an affiliation, or affiliated, in the order of their numbers, which are
    /// their own hashes. Hospitals' numbers are sequential, so that a fast hasher is enough. Bounded by the quota of the
    /// hospital, which is verified.
    #[pallet::storage]
    pub type AffiliatedDoctors<T: Config> =
        StorageDoubleMap<_, Twox64Concat, MemberId, Identity, OrderedKey, Affiliation>;

    /// The hospitals in whose [`AffiliatedDoctors`] a doctor is, by doctor. As many as there.
    #[pallet::storage]
    pub type AffiliatedHospitals<T: Config> =
        StorageDoubleMap<_, Twox64Concat, MemberId, Identity, OrderedKey, (), OptionQuery>;

    /// What the registry tells the world.
    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// An account became a member: a patient active, a professional pending.
        MemberRegistered {
            /// The member's number.
            member: MemberId,
            /// The member's account.
            account: T::AccountId,
            /// What it is.
            role: Role,
            /// The institution that vouched for it; `None` for an open registration.
            vouched_by: Option<MemberId>,
        },
        /// A member replaced its encryption key.
        KeyRotated {
            /// The member.
            member: MemberId,
            /// The version of the new key.
            key_version: KeyVersion,
        },
        /// A member moved to another account, with another encryption key.
        AccountMoved {
            /// The member.
            member: MemberId,
            /// The account that it left.
            from: T::AccountId,
            /// Its account now.
            to: T::AccountId,
            /// The version of its encryption key there.
            key_version: KeyVersion,
        },
        /// A member named who may recover its account, or nobody any more. Recoveries that were under way have ended.
        GuardiansNamed {
            /// The member.
            member: MemberId,
            /// How many it named.
            guardians: u32,
        },
        /// A guardian proposed to recover a member's account.
        RecoveryProposed {
            /// The member.
            member: MemberId,
            /// The guardian.
            guardian: MemberId,
            /// The account that is to take the membership over.
            to: T::AccountId,
        },
        /// A guardian agreed to a recovery.
        RecoveryApproved {
            /// The member.
            member: MemberId,
            /// Who proposed it.
            proposer: MemberId,
            /// Who agreed.
            guardian: MemberId,
            /// From when on it can be carried out, in milliseconds, unless the member objects; `None` while too few have
            /// agreed.
            ready_at: Option<Moment>,
        },
        /// A member objected, from the account that was to be recovered: every recovery that was under way has ended.
        RecoveryObjected {
            /// The member.
            member: MemberId,
        },
        /// A professional changed its public details.
        DetailsUpdated {
            /// The professional.
            member: MemberId,
        },
        /// An administrator published the key that certificates are sealed to.
        AdministratorKeyPublished {
            /// The administrator's account.
            administrator: T::AccountId,
            /// The version of the key; the first is 1.
            key_version: KeyVersion,
        },
        /// An administrator verified a pending professional: it may act.
        MemberVerified {
            /// The professional.
            member: MemberId,
            /// The administrator's account.
            administrator: T::AccountId,
        },
        /// An administrator rejected a pending professional.
        MemberRejected {
            /// The professional.
            member: MemberId,
            /// The administrator's account.
            administrator: T::AccountId,
            /// Why.
            reason: VettingReason,
        },
        /// An administrator stopped an active professional.
        MemberSuspended {
            /// The professional.
            member: MemberId,
            /// The administrator's account.
            administrator: T::AccountId,
            /// Why.
            reason: VettingReason,
        },
        /// An administrator let a suspended professional act again.
        MemberReinstated {
            /// The professional.
            member: MemberId,
            /// The administrator's account.
            administrator: T::AccountId,
        },
        /// A guardian sealed its copy of a member's earlier encryption secret to the key that the member has now.
        CopyReturned {
            /// The member.
            member: MemberId,
            /// The guardian.
            guardian: MemberId,
            /// The version of the key whose secret is in the copy.
            of_version: KeyVersion,
        },
        /// An institution added a staff account.
        StaffAdded {
            /// The institution.
            institution: MemberId,
            /// The account.
            account: T::AccountId,
            /// For what.
            scope: StaffScope,
        },
        /// A staff account was removed by its institution, or left it.
        StaffRemoved {
            /// The institution.
            institution: MemberId,
            /// The account.
            account: T::AccountId,
        },
        /// An institution sealed its current encryption secret to staff anew.
        StaffResealed {
            /// The institution.
            institution: MemberId,
            /// The version of the key whose secret it was.
            of_version: KeyVersion,
            /// To how many.
            staff: u32,
        },
        /// A guardian registered a dependant; follows its `MemberRegistered`.
        DependantRegistered {
            /// The dependant.
            dependant: MemberId,
            /// The guardian.
            guardian: MemberId,
        },
        /// A guardian handed a dependant's membership over to an account of its own; follows its `AccountMoved`.
        DependantHandedOver {
            /// The dependant.
            dependant: MemberId,
            /// The guardian.
            guardian: MemberId,
        },
        /// A hospital offered a doctor an affiliation.
        AffiliationOffered {
            /// The hospital.
            hospital: MemberId,
            /// The doctor.
            doctor: MemberId,
        },
        /// A doctor accepted a hospital's offer: it is affiliated.
        AffiliationAccepted {
            /// The hospital.
            hospital: MemberId,
            /// The doctor.
            doctor: MemberId,
        },
        /// A hospital or its doctor ended an affiliation, or took back or declined the offer of one.
        AffiliationEnded {
            /// The hospital.
            hospital: MemberId,
            /// The doctor.
            doctor: MemberId,
            /// Which of them ended it.
            ended_by: MemberId,
        },
        /// A rejected professional applied again and is pending.
        ApplicationRenewed {
            /// The professional.
            member: MemberId,
        },
    }

    /// Why the registry refuses.
    #[pallet::error]
    pub enum Error<T> {
        /// The account is a member already; act as that member, or register another account.
        AlreadyRegistered,
        /// An administrator cannot be a member; register another account.
        AdministratorCannotBeMember,
        /// A patient publishes no details; anchor a profile, which is encrypted, and register without details.
        DetailsNotForPatients,
        /// A professional registers with public details; give them.
        DetailsMissing,
        /// Name, licence and issuer are needed for vetting; none of them may be blank.
        DetailBlank,
        /// A detail is not UTF-8 text or holds a control character; write it as plain text.
        DetailNotText,
        /// The encryption key is a point of small order, to which nothing can be sealed; generate another.
        EncryptionKeyTooWeak,
        /// The username is shorter than three characters; choose a longer one.
        UsernameTooShort,
        /// The username has an upper-case letter; write it in lower case.
        UsernameNotLowerCase,
        /// The username has a character that is not a-z, 0-9, dot, underscore or hyphen; choose another.
        UsernameCharacterUnknown,
        /// The username starts or ends with a dot, underscore or hyphen; let it start and end with a letter or digit.
        UsernameEdgeNotAlphanumeric,
        /// The username has two of dot, underscore and hyphen in a row; keep one of them.
        UsernameSeparatorsAdjacent,
        /// Another member has this username, or one that looks like it; choose another.
        UsernameTaken,
        /// The account is not a member; register first.
        NotAMember,
        /// No member has this number; look it up by username.
        UnknownMember,
        /// The member is a patient, whom nobody vets; give the number of a professional.
        NotAProfessional,
        /// An administrator cannot vet itself; ask another administrator.
        OwnMembership,
        /// The professional does not wait for vetting; a rejected one applies again first, a suspended one is
        /// reinstated.
        NotPending,
        /// The member is not active; only an active one can do this, or be suspended.
        NotActive,
        /// The professional is not suspended; a pending one is verified instead.
        NotSuspended,
        /// The professional has not been rejected; there is nothing to apply for again.
        NotRejected,
        /// The professional has no current certificate; it anchors one first.
        NoCertificate,
        /// The account was a member's, who has moved away from it; register another account.
        AccountRetired,
        /// The voucher was signed by an account that does not act for the institution it names; ask for another.
        VoucherNotByInstitution,
        /// The institution that vouches is no active hospital or pharmacy; ask another institution.
        InstitutionNotActive,
        /// The voucher is not signed for this account on this chain; ask the institution for one.
        VoucherForged,
        /// The signed statement has expired; have it signed anew.
        StatementExpired,
        /// The signed statement is good for longer than thirty days; have it signed for a shorter time.
        StatementTooLong,
        /// The new account has not consented to this; sign the statement with that account.
        ConsentForged,
        /// The member is suspended; wait until it is reinstated.
        Suspended,
        /// The key is the one in force; generate another.
        KeyUnchanged,
        /// The account cannot take the membership over: it is a member's, an administrator's or staff; choose another.
        AccountTaken,
        /// A member cannot be its own guardian; name others.
        OwnGuardian,
        /// A guardian is named twice; name each once.
        GuardianTwice,
        /// The threshold is none, or more than there are guardians; choose one between.
        ThresholdOutOfRange,
        /// The waiting time is shorter than a day or longer than ninety; choose one between.
        WaitOutOfRange,
        /// The member has not named the caller as its guardian; ask another guardian.
        NotGuardian,
        /// The guardian has not proposed this recovery, or the member has objected to it; propose it.
        NoRecovery,
        /// The guardian has agreed already; others have to.
        ApprovedAlready,
        /// Too few guardians have agreed; ask the others.
        TooFewApprovals,
        /// The time in which the member may object is not over; wait until then.
        WaitNotOver,
        /// Nobody proposes to recover the account; there is nothing to object to.
        NothingToObject,
        /// A key was replaced meanwhile: the copy is not of the current one, or is not sealed to the current one; make it
        /// anew.
        KeyVersionNotCurrent,
        /// The guardian holds no copy of an earlier key of this member; there is nothing to return.
        NoCopyToReturn,
        /// Only a hospital or pharmacy has staff; act as one.
        NotAnInstitution,
        /// The account cannot become staff: it is a member's, was one's, is an administrator's or staff already; use
        /// another.
        StaffAccountTaken,
        /// The institution has as many staff accounts as it may; remove one first.
        TooManyStaff,
        /// The account is not staff of this institution; check it.
        NotStaff,
        /// The account acts as staff of an institution and cannot be a member's too; leave the institution, or use
        /// another account.
        AccountIsStaff,
        /// Only a patient registers dependants; act as one.
        NotAPatient,
        /// The guardian has as many dependants as it may; hand one over first.
        TooManyDependants,
        /// The member is no dependant of the caller, or was handed over; check its number.
        NotADependant,
        /// Only a hospital affiliates doctors; act as one.
        NotAHospital,
        /// Only a doctor is affiliated with a hospital; give the number of one.
        NotADoctor,
        /// The doctor is not active; wait until it is verified or reinstated.
        DoctorNotActive,
        /// The hospital has offered the doctor an affiliation already; the doctor accepts it, or either ends it.
        AffiliationExists,
        /// The hospital has offered the doctor no affiliation; the hospital offers one first.
        NoAffiliation,
        /// The affiliation has been accepted already; there is nothing to accept.
        AffiliationAccepted,
        /// Details that an administrator has verified stay as they are; they can change while the professional is
        /// pending or rejected.
        DetailsSettled,
        /// The account became staff by this consent already, and was removed; have it signed anew.
        ConsentUsed,
        /// The recovery was not carried out within thirty days; the guardians propose and agree again.
        RecoveryExpired,
        /// An administrator's account keeps its membership; the council dismisses the administrator first.
        AdministratorMoves,
        /// The details or the certificate are not those that were looked at; look at those in force.
        ChangedMeanwhile,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Makes the caller a member: a patient active at once, a professional pending until an administrator has
        /// read its certificate.
        ///
        /// A username has 3 to 32 characters of `a-z 0-9 . _ -`, starts and ends with a letter or digit, has no two
        /// separators in a row, and looks like no other member's ([`look`]). It cannot be changed.
        ///
        /// ## Dispatch origin
        /// Signed by an account that is neither a member nor an administrator.
        ///
        /// ## Errors
        /// - [`Error::AdministratorCannotBeMember`], [`Error::AlreadyRegistered`], [`Error::AccountRetired`],
        ///   [`Error::AccountIsStaff`]: the account cannot register.
        /// - [`Error::DetailsNotForPatients`], [`Error::DetailsMissing`], [`Error::DetailBlank`],
        ///   [`Error::DetailNotText`]: the details do not fit the role.
        /// - [`Error::EncryptionKeyTooWeak`]: nothing can be sealed to the key.
        /// - [`Error::UsernameTooShort`], [`Error::UsernameNotLowerCase`], [`Error::UsernameCharacterUnknown`],
        ///   [`Error::UsernameEdgeNotAlphanumeric`], [`Error::UsernameSeparatorsAdjacent`],
        ///   [`Error::UsernameTaken`]: the username cannot be had.
        ///
        /// ## Events
        /// [`Event::MemberRegistered`].
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::register())]
        pub fn register(
            origin: OriginFor<T>,
            role: Role,
            username: Username,
            encryption_key: EncryptionKey,
            details: Option<Details>,
        ) -> DispatchResult {
            let account = ensure_signed(origin)?;
            Self::ensure_may_register(&account, role, &username, &encryption_key, details.as_ref())?;
            Self::do_register(account, role, username, encryption_key, details, None)?;
            Ok(())
        }

        /// Replaces the caller's public details while vetting is open. A rejected professional applies again by it.
        ///
        /// ## Dispatch origin
        /// Signed by a professional that is pending or rejected.
        ///
        /// ## Errors
        /// - [`Error::NotAMember`], [`Error::NotAProfessional`]: the caller has no public details.
        /// - [`Error::DetailsSettled`]: the caller is active or suspended.
        /// - [`Error::DetailBlank`], [`Error::DetailNotText`]: the details cannot be read.
        ///
        /// ## Events
        /// [`Event::DetailsUpdated`]; also [`Event::ApplicationRenewed`] if the caller had been rejected.
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::update_details())]
        pub fn update_details(origin: OriginFor<T>, details: Details) -> DispatchResult {
            let account = ensure_signed(origin)?;
            let mut member = Self::caller_as_professional(&account)?;
            ensure!(matches!(member.status, Status::Pending | Status::Rejected), Error::<T>::DetailsSettled);
            Self::ensure_details(&details)?;

            let id = member.id;
            let applies_again = member.status == Status::Rejected;
            member.details = Some(details);
            Self::put_with_status(&account, member, Status::Pending, None);
            Self::deposit_event(Event::DetailsUpdated { member: id });
            if applies_again {
                Self::deposit_event(Event::ApplicationRenewed { member: id });
            }
            Ok(())
        }

        /// Publishes the key that professionals seal their certificates to for the calling administrator. It replaces
        /// the one before, which stays listed; certificates sealed to that one stay readable by whoever holds it.
        ///
        /// ## Dispatch origin
        /// An administrator.
        ///
        /// ## Errors
        /// - `BadOrigin`: the caller is not an administrator.
        /// - [`Error::EncryptionKeyTooWeak`]: nothing can be sealed to the key.
        /// - [`Error::KeyUnchanged`]: it is the caller's key already.
        ///
        /// ## Events
        /// [`Event::AdministratorKeyPublished`].
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::publish_administrator_key())]
        pub fn publish_administrator_key(origin: OriginFor<T>, key: EncryptionKey) -> DispatchResult {
            let administrator = T::AdminOrigin::ensure_origin(origin)?;
            ensure!(!is_small_order(&key), Error::<T>::EncryptionKeyTooWeak);
            let before = AdministratorKeys::<T>::get(&administrator);
            ensure!(before.is_none_or(|(before, _)| before != key), Error::<T>::KeyUnchanged);
            let version = before.map_or(0, |(_, version)| version);
            let key_version = version.checked_add(1).ok_or(ArithmeticError::Overflow)?;

            if let Some((before, version)) = before {
                let earlier = EarlierKey { key: before, replaced_at: T::Time::now() };
                EarlierAdministratorKeys::<T>::insert(&administrator, version, earlier);
            }
            AdministratorKeys::<T>::insert(&administrator, (key, key_version));
            Self::deposit_event(Event::AdministratorKeyPublished { administrator, key_version });
            Ok(())
        }

        /// Lets a pending professional act, after its details and its certificate have been read: those that are named, so that
        /// the professional cannot exchange them meanwhile.
        ///
        /// ## Dispatch origin
        /// An administrator.
        ///
        /// ## Errors
        /// - `BadOrigin`: the caller is not an administrator.
        /// - [`Error::UnknownMember`], [`Error::NotAProfessional`], [`Error::OwnMembership`]: the caller cannot vet
        ///   this member.
        /// - [`Error::NotPending`]: the member does not wait for vetting.
        /// - [`Error::NoCertificate`]: the member has anchored none, or erased it.
        /// - [`Error::ChangedMeanwhile`]: the member has other details or another certificate than were looked at.
        ///
        /// ## Events
        /// [`Event::MemberVerified`].
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::verify())]
        pub fn verify(
            origin: OriginFor<T>,
            member: MemberId,
            certificate: RecordId,
            details: Details,
        ) -> DispatchResult {
            let administrator = T::AdminOrigin::ensure_origin(origin)?;
            let (account, professional) = Self::professional_to_vet(&administrator, member)?;
            ensure!(professional.status == Status::Pending, Error::<T>::NotPending);
            let current = T::Records::current_own_record(member).ok_or(Error::<T>::NoCertificate)?;
            let unchanged = current == certificate && professional.details.as_ref() == Some(&details);
            ensure!(unchanged, Error::<T>::ChangedMeanwhile);

            Self::put_with_status(&account, professional, Status::Active, None);
            Self::deposit_event(Event::MemberVerified { member, administrator });
            Ok(())
        }

        /// Refuses a pending professional, which may correct its details or certificate and apply again.
        ///
        /// ## Dispatch origin
        /// An administrator.
        ///
        /// ## Errors
        /// - `BadOrigin`: the caller is not an administrator.
        /// - [`Error::UnknownMember`], [`Error::NotAProfessional`], [`Error::OwnMembership`]: the caller cannot vet
        ///   this member.
        /// - [`Error::NotPending`]: the member does not wait for vetting.
        ///
        /// ## Events
        /// [`Event::MemberRejected`].
        #[pallet::call_index(4)]
        #[pallet::weight(T::WeightInfo::reject())]
        pub fn reject(origin: OriginFor<T>, member: MemberId, reason: VettingReason) -> DispatchResult {
            let administrator = T::AdminOrigin::ensure_origin(origin)?;
            let (account, professional) = Self::professional_to_vet(&administrator, member)?;
            ensure!(professional.status == Status::Pending, Error::<T>::NotPending);

            Self::put_with_status(&account, professional, Status::Rejected, Some(reason));
            Self::deposit_event(Event::MemberRejected { member, administrator, reason });
            Ok(())
        }

        /// Stops an active professional: from this block on it can do nothing.
        ///
        /// ## Dispatch origin
        /// An administrator.
        ///
        /// ## Errors
        /// - `BadOrigin`: the caller is not an administrator.
        /// - [`Error::UnknownMember`], [`Error::NotAProfessional`], [`Error::OwnMembership`]: the caller cannot vet
        ///   this member.
        /// - [`Error::NotActive`]: the member is not active.
        ///
        /// ## Events
        /// [`Event::MemberSuspended`].
        #[pallet::call_index(5)]
        #[pallet::weight(T::WeightInfo::suspend())]
        pub fn suspend(origin: OriginFor<T>, member: MemberId, reason: VettingReason) -> DispatchResult {
            let administrator = T::AdminOrigin::ensure_origin(origin)?;
            let (account, professional) = Self::professional_to_vet(&administrator, member)?;
            ensure!(professional.status == Status::Active, Error::<T>::NotActive);

            Self::put_with_status(&account, professional, Status::Suspended, Some(reason));
            Self::deposit_event(Event::MemberSuspended { member, administrator, reason });
            Ok(())
        }

        /// Lets a suspended professional act again.
        ///
        /// ## Dispatch origin
        /// An administrator.
        ///
        /// ## Errors
        /// - `BadOrigin`: the caller is not an administrator.
        /// - [`Error::UnknownMember`], [`Error::NotAProfessional`], [`Error::OwnMembership`]: the caller cannot vet
        ///   this member.
        /// - [`Error::NotSuspended`]: the member is not suspended.
        ///
        /// ## Events
        /// [`Event::MemberReinstated`].
        #[pallet::call_index(6)]
        #[pallet::weight(T::WeightInfo::reinstate())]
        pub fn reinstate(origin: OriginFor<T>, member: MemberId) -> DispatchResult {
            let administrator = T::AdminOrigin::ensure_origin(origin)?;
            let (account, professional) = Self::professional_to_vet(&administrator, member)?;
            ensure!(professional.status == Status::Suspended, Error::<T>::NotSuspended);

            Self::put_with_status(&account, professional, Status::Active, None);
            Self::deposit_event(Event::MemberReinstated { member, administrator });
            Ok(())
        }

        /// Puts a rejected professional back among the pending, with the details it has; a new certificate may have
        /// been anchored before.
        ///
        /// ## Dispatch origin
        /// Signed by a professional that has been rejected.
        ///
        /// ## Errors
        /// - [`Error::NotAMember`], [`Error::NotAProfessional`]: the caller is never vetted.
        /// - [`Error::NotRejected`]: the caller has not been rejected.
        /// - [`Error::NoCertificate`]: the caller has no certificate to be vetted by.
        ///
        /// ## Events
        /// [`Event::ApplicationRenewed`].
        #[pallet::call_index(7)]
        #[pallet::weight(T::WeightInfo::apply_again())]
        pub fn apply_again(origin: OriginFor<T>) -> DispatchResult {
            let account = ensure_signed(origin)?;
            let member = Self::caller_as_professional(&account)?;
            let id = member.id;
            ensure!(member.status == Status::Rejected, Error::<T>::NotRejected);
            ensure!(T::Records::current_own_record(id).is_some(), Error::<T>::NoCertificate);

            Self::put_with_status(&account, member, Status::Pending, None);
            Self::deposit_event(Event::ApplicationRenewed { member: id });
            Ok(())
        }

        /// Makes the caller a member, as [`Pallet::register`], with the word of an active institution: such registrations
        /// have a lane of their own, which a flood of open ones does not fill. The chain keeps who vouched.
        ///
        /// The voucher is a [`VoucherStatement`] signed by an account of the institution, as it is or as wallets wrap it.
        /// It names the applicant's account, which registers once, so that no voucher serves twice.
        ///
        /// ## Dispatch origin
        /// Signed by an account that is neither a member nor an administrator.
        ///
        /// ## Errors
        /// - Those of [`Pallet::register`].
        /// - [`Error::InstitutionNotActive`], [`Error::VoucherNotByInstitution`]: nobody who may vouch has.
        /// - [`Error::StatementExpired`], [`Error::StatementTooLong`]: the voucher's time is over, or beyond the bound.
        /// - [`Error::VoucherForged`]: the signature is not over this account, institution, time and chain.
        ///
        /// ## Events
        /// [`Event::MemberRegistered`].
        #[pallet::call_index(8)]
        #[pallet::weight(T::WeightInfo::register_vouched())]
        pub fn register_vouched(
            origin: OriginFor<T>,
            role: Role,
            username: Username,
            encryption_key: EncryptionKey,
            details: Option<Details>,
            voucher: Voucher<T::AccountId, T::Signature>,
        ) -> DispatchResult {
            let account = ensure_signed(origin)?;
            Self::ensure_may_register(&account, role, &username, &encryption_key, details.as_ref())?;
            Self::ensure_voucher(&account, &voucher)?;
            Self::do_register(account, role, username, encryption_key, details, Some(voucher.institution))?;
            Ok(())
        }

        /// Replaces the caller's encryption key. The one before stays listed with its version, and what was sealed to it
        /// stays readable to whoever holds it; from this block on seals are made for the new one alone.
        ///
        /// ## Dispatch origin
        /// Signed by a member that is not suspended.
        ///
        /// ## Errors
        /// - [`Error::NotAMember`], [`Error::Suspended`]: the caller cannot do this.
        /// - [`Error::EncryptionKeyTooWeak`]: nothing can be sealed to the key.
        /// - [`Error::KeyUnchanged`]: it is the caller's key already.
        ///
        /// ## Events
        /// [`Event::KeyRotated`].
        #[pallet::call_index(9)]
        #[pallet::weight(T::WeightInfo::rotate_key())]
        pub fn rotate_key(origin: OriginFor<T>, key: EncryptionKey) -> DispatchResult {
            let account = ensure_signed(origin)?;
            let mut member = Self::caller_not_suspended(&account)?;
            Self::do_rotate(&mut member, key)?;
            let (id, key_version) = (member.id, member.key_version);
            Members::<T>::insert(&account, member);
            Self::deposit_event(Event::KeyRotated { member: id, key_version });
            Ok(())
        }

        /// Moves the caller's membership to another account: number, role, status, username, records and grants stay,
        /// the account and the encryption key change. The account that is left can never be a member's again.
        ///
        /// `signature` is by `to`, over a [`MoveStatement`], as it is or as wallets wrap it. `copy` is the secret of the
        /// caller's present encryption key, sealed to `key`: with it the member reseals its records from the other
        /// account.
        ///
        /// ## Dispatch origin
        /// Signed by a member that is not suspended.
        ///
        /// ## Errors
        /// - [`Error::NotAMember`], [`Error::Suspended`]: the caller cannot do this.
        /// - [`Error::AccountTaken`], [`Error::AccountRetired`]: the account cannot take the membership over.
        /// - [`Error::StatementExpired`], [`Error::StatementTooLong`]: the consent's time is over, or beyond the bound.
        /// - [`Error::ConsentForged`]: the other account has not signed for this member, key, time and chain.
        /// - [`Error::EncryptionKeyTooWeak`], [`Error::KeyUnchanged`]: the key cannot be taken.
        ///
        /// ## Events
        /// [`Event::AccountMoved`].
        #[pallet::call_index(10)]
        #[pallet::weight(T::WeightInfo::move_account())]
        pub fn move_account(
            origin: OriginFor<T>,
            to: T::AccountId,
            key: EncryptionKey,
            expires_at: Moment,
            signature: T::Signature,
            copy: Seal,
        ) -> DispatchResult {
            let from = ensure_signed(origin)?;
            let member = Self::caller_not_suspended(&from)?;
            Self::ensure_consent_to_move(member.id, &to, key, expires_at, &signature)?;
            let giver = member.id;
            Self::do_move(from, member, to, key, Some((giver, copy)))
        }

        /// Names who may recover the caller's account if its key is lost: `threshold` of `guardians` together, and only
        /// after `wait` milliseconds in which the caller can object. It replaces what was named before and ends recoveries
        /// that were under way; no guardians means that nobody may.
        ///
        /// Each guardian comes with a copy of the secret of the caller's current encryption key, sealed to the guardian's
        /// current key: after a recovery the member has it back by [`Pallet::return_copy`]. When the caller rotates its
        /// key, it names its guardians anew.
        ///
        /// ## Dispatch origin
        /// Signed by a member that is not suspended.
        ///
        /// ## Errors
        /// - [`Error::NotAMember`], [`Error::Suspended`]: the caller cannot do this.
        /// - [`Error::OwnGuardian`], [`Error::GuardianTwice`], [`Error::UnknownMember`]: these cannot be guardians.
        /// - [`Error::KeyVersionNotCurrent`]: a copy is sealed to a key that its guardian has replaced.
        /// - [`Error::ThresholdOutOfRange`], [`Error::WaitOutOfRange`]: the terms make no sense.
        ///
        /// ## Events
        /// [`Event::GuardiansNamed`].
        #[pallet::call_index(11)]
        #[pallet::weight(T::WeightInfo::name_guardians())]
        pub fn name_guardians(
            origin: OriginFor<T>,
            guardians: GuardiansWithCopies,
            threshold: u32,
            wait: Moment,
        ) -> DispatchResult {
            let account = ensure_signed(origin)?;
            let member = Self::caller_not_suspended(&account)?;
            Self::do_name_guardians(&member, guardians, threshold, wait)
        }

        /// Proposes to move a member's account to one whose key is not lost, and agrees to it. A proposal by the same
        /// guardian before is replaced, and agreements to that one do not count for this one.
        ///
        /// `signature` is by `to`, as for [`Pallet::move_account`].
        ///
        /// ## Dispatch origin
        /// Signed by an active member that the member to recover has named as its guardian.
        ///
        /// ## Errors
        /// - [`Error::NotAMember`], [`Error::NotActive`], [`Error::NotGuardian`]: the caller cannot propose.
        /// - [`Error::UnknownMember`]: there is no such member.
        /// - [`Error::AccountTaken`], [`Error::AccountRetired`], [`Error::StatementExpired`],
        ///   [`Error::StatementTooLong`], [`Error::ConsentForged`]: the account cannot take over, or did not consent.
        /// - [`Error::EncryptionKeyTooWeak`], [`Error::KeyUnchanged`]: the key cannot be taken.
        ///
        /// ## Events
        /// [`Event::RecoveryProposed`], [`Event::RecoveryApproved`].
        #[pallet::call_index(12)]
        #[pallet::weight(T::WeightInfo::propose_recovery())]
        pub fn propose_recovery(
            origin: OriginFor<T>,
            member: MemberId,
            to: T::AccountId,
            key: EncryptionKey,
            expires_at: Moment,
            signature: T::Signature,
        ) -> DispatchResult {
            let guardian = Self::caller_active(origin)?.id;
            let (_, recovered) = Self::member_by_id(member).ok_or(Error::<T>::UnknownMember)?;
            let guardianship = Self::guardianship(member, guardian)?;
            Self::ensure_consent_to_move(member, &to, key, expires_at, &signature)?;
            ensure!(!is_small_order(&key), Error::<T>::EncryptionKeyTooWeak);
            ensure!(recovered.encryption_key != key, Error::<T>::KeyUnchanged);

            let recovery = Recovery { to: to.clone(), key, approvals: Guardians::default(), ready_at: None };
            Self::deposit_event(Event::RecoveryProposed { member, guardian, to });
            Self::do_approve(member, guardian, guardian, recovery, &guardianship)
        }

        /// Agrees to the recovery that another guardian has proposed. The last agreement that is needed starts the time in
        /// which the member may object.
        ///
        /// `to` and `key` say what is agreed to, so that a proposal that was replaced meanwhile is not.
        ///
        /// ## Dispatch origin
        /// Signed by an active member that the member to recover has named as its guardian.
        ///
        /// ## Errors
        /// - [`Error::NotAMember`], [`Error::NotActive`], [`Error::NotGuardian`]: the caller cannot agree.
        /// - [`Error::NoRecovery`]: there is no such proposal, or it is for another account or key.
        /// - [`Error::ApprovedAlready`]: the caller has agreed.
        ///
        /// ## Events
        /// [`Event::RecoveryApproved`].
        #[pallet::call_index(13)]
        #[pallet::weight(T::WeightInfo::approve_recovery())]
        pub fn approve_recovery(
            origin: OriginFor<T>,
            member: MemberId,
            proposer: MemberId,
            to: T::AccountId,
            key: EncryptionKey,
        ) -> DispatchResult {
            let guardian = Self::caller_active(origin)?.id;
            let guardianship = Self::guardianship(member, guardian)?;
            let recovery = Recoveries::<T>::get(member, proposer)
                .filter(|recovery| recovery.to == to && recovery.key == key)
                .ok_or(Error::<T>::NoRecovery)?;
            ensure!(!recovery.approvals.contains(&guardian), Error::<T>::ApprovedAlready);
            Self::do_approve(member, proposer, guardian, recovery, &guardianship)
        }

        /// Objects to every recovery of the caller's account that is under way: they end. The guardians stay; name others
        /// if they have turned against you.
        ///
        /// ## Dispatch origin
        /// Signed by a member.
        ///
        /// ## Errors
        /// - [`Error::NotAMember`]: the caller has no account to recover.
        /// - [`Error::NothingToObject`]: nobody proposes to recover it.
        ///
        /// ## Events
        /// [`Event::RecoveryObjected`].
        #[pallet::call_index(14)]
        #[pallet::weight(T::WeightInfo::object_to_recovery())]
        pub fn object_to_recovery(origin: OriginFor<T>) -> DispatchResult {
            let account = ensure_signed(origin)?;
            let member = Members::<T>::get(&account).ok_or(Error::<T>::NotAMember)?.id;
            ensure!(Self::end_recoveries(member) > 0, Error::<T>::NothingToObject);
            Self::deposit_event(Event::RecoveryObjected { member });
            Ok(())
        }

        /// Carries out a recovery to which enough guardians have agreed and the member has not objected in time: moves the
        /// membership as [`Pallet::move_account`] does.
        ///
        /// ## Dispatch origin
        /// Signed by an active member that the member to recover has named as its guardian.
        ///
        /// ## Errors
        /// - [`Error::NotAMember`], [`Error::NotActive`], [`Error::NotGuardian`]: the caller cannot do this.
        /// - [`Error::NoRecovery`]: there is no such proposal, or the member has objected.
        /// - [`Error::TooFewApprovals`], [`Error::WaitNotOver`]: it is too early.
        /// - [`Error::RecoveryExpired`]: it is too late; the guardians propose and agree again.
        /// - [`Error::AdministratorMoves`]: the account is an administrator's.
        /// - [`Error::AccountTaken`], [`Error::AccountRetired`]: the account has become somebody's since.
        /// - [`Error::KeyUnchanged`]: the key has become the member's since.
        ///
        /// ## Events
        /// [`Event::AccountMoved`].
        #[pallet::call_index(15)]
        #[pallet::weight(T::WeightInfo::complete_recovery())]
        pub fn complete_recovery(origin: OriginFor<T>, member: MemberId, proposer: MemberId) -> DispatchResult {
            let guardian = Self::caller_active(origin)?.id;
            Self::guardianship(member, guardian)?;
            let recovery = Recoveries::<T>::get(member, proposer).ok_or(Error::<T>::NoRecovery)?;
            let ready_at = recovery.ready_at.ok_or(Error::<T>::TooFewApprovals)?;
            let now = T::Time::now();
            ensure!(now >= ready_at, Error::<T>::WaitNotOver);
            let expires_at = ready_at.saturating_add(limits::RECOVERY_CARRIED_OUT_WITHIN);
            ensure!(now < expires_at, Error::<T>::RecoveryExpired);
            Self::ensure_account_free(&recovery.to)?;
            let (from, recovered) = Self::member_by_id(member).ok_or(Error::<T>::UnknownMember)?;
            Self::do_move(from, recovered, recovery.to, recovery.key, None)
        }

        /// Offers a doctor an affiliation with the calling hospital. It stands once the doctor accepts.
        ///
        /// ## Dispatch origin
        /// Signed by an active hospital.
        ///
        /// ## Errors
        /// - [`Error::NotAMember`], [`Error::NotActive`], [`Error::NotAHospital`]: the caller cannot offer one.
        /// - [`Error::UnknownMember`], [`Error::NotADoctor`], [`Error::DoctorNotActive`]: nor can it be offered to this
        ///   member.
        /// - [`Error::AffiliationExists`]: it has been offered already.
        ///
        /// ## Events
        /// [`Event::AffiliationOffered`].
        #[pallet::call_index(16)]
        #[pallet::weight(T::WeightInfo::offer_affiliation())]
        pub fn offer_affiliation(origin: OriginFor<T>, doctor: MemberId) -> DispatchResult {
            let hospital = Self::caller_active(origin)?;
            ensure!(hospital.role == Role::Hospital, Error::<T>::NotAHospital);
            Self::do_offer_affiliation(hospital.id, doctor)
        }

        /// Accepts the affiliation that a hospital has offered the calling doctor.
        ///
        /// ## Dispatch origin
        /// Signed by an active doctor.
        ///
        /// ## Errors
        /// - [`Error::NotAMember`], [`Error::NotActive`]: the caller cannot accept one.
        /// - [`Error::NoAffiliation`]: the hospital has offered the caller none.
        /// - [`Error::AffiliationAccepted`]: the caller has accepted it.
        ///
        /// ## Events
        /// [`Event::AffiliationAccepted`].
        #[pallet::call_index(17)]
        #[pallet::weight(T::WeightInfo::accept_affiliation())]
        pub fn accept_affiliation(origin: OriginFor<T>, hospital: MemberId) -> DispatchResult {
            let doctor = Self::caller_active(origin)?.id;
            Self::do_accept_affiliation(hospital, doctor)
        }

        /// Ends an affiliation, or takes back or declines the offer of one. `other` is the doctor for a hospital, and the
        /// hospital for a doctor.
        ///
        /// ## Dispatch origin
        /// Signed by the hospital or the doctor, active.
        ///
        /// ## Errors
        /// - [`Error::NotAMember`], [`Error::NotActive`]: the caller cannot end one.
        /// - [`Error::NoAffiliation`]: there is none between the two.
        ///
        /// ## Events
        /// [`Event::AffiliationEnded`].
        #[pallet::call_index(18)]
        #[pallet::weight(T::WeightInfo::end_affiliation())]
        pub fn end_affiliation(origin: OriginFor<T>, other: MemberId) -> DispatchResult {
            let caller = Self::caller_active(origin)?;
            Self::do_end_affiliation(&caller, other)
        }

        /// Lets an account act for the calling institution, within a scope.
        ///
        /// - `account`: a person's account that is nobody's yet.
        /// - `scope`: for what.
        /// - `encryption_key`: the person's key, to which `copy` is sealed.
        /// - `copy`: the secret of the institution's key of `of_version`, the current one, sealed to `encryption_key`.
        /// - `expires_at`, `signature`: by `account`, over a [`StaffStatement`], as it is or as wallets wrap it.
        ///
        /// ## Dispatch origin
        /// Signed by an active hospital or pharmacy.
        ///
        /// ## Errors
        /// - [`Error::NotAMember`], [`Error::NotActive`], [`Error::NotAnInstitution`]: the caller has no staff.
        /// - [`Error::StaffAccountTaken`], [`Error::TooManyStaff`]: this account cannot become staff, or no other can.
        /// - [`Error::EncryptionKeyTooWeak`], [`Error::KeyVersionNotCurrent`]: the keys cannot be used.
        /// - [`Error::StatementExpired`], [`Error::StatementTooLong`], [`Error::ConsentForged`]: the account did not
        ///   consent.
        /// - [`Error::ConsentUsed`]: it consented to what was done already.
        ///
        /// ## Events
        /// [`Event::StaffAdded`].
        #[pallet::call_index(19)]
        #[pallet::weight(T::WeightInfo::add_staff())]
        #[allow(clippy::too_many_arguments)]
        pub fn add_staff(
            origin: OriginFor<T>,
            account: T::AccountId,
            scope: StaffScope,
            encryption_key: EncryptionKey,
            copy: Seal,
            of_version: KeyVersion,
            expires_at: Moment,
            signature: T::Signature,
        ) -> DispatchResult {
            let institution = Self::caller_active(origin)?;
            Self::ensure_may_add_staff(&institution, &account, encryption_key, of_version, expires_at, &signature)?;
            let added_at = T::Time::now();
            let entry = StaffMember { institution: institution.id, scope, encryption_key, copy, of_version, added_at };
            Self::do_add_staff(account, entry, expires_at);
            Ok(())
        }

        /// Ends that an account acts for its institution, at once: its next act is refused, and what it has open is
        /// closed to it.
        ///
        /// What the account knows of the institution's key it keeps: rotate the key, and seal the new one to the others
        /// by [`Pallet::reseal_staff`].
        ///
        /// ## Dispatch origin
        /// Signed by the institution, whatever its status, or by the staff account itself, which leaves.
        ///
        /// ## Errors
        /// - [`Error::NotStaff`]: the account does not act for the caller.
        ///
        /// ## Events
        /// [`Event::StaffRemoved`].
        #[pallet::call_index(20)]
        #[pallet::weight(T::WeightInfo::remove_staff())]
        pub fn remove_staff(origin: OriginFor<T>, account: T::AccountId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            let institution = Staff::<T>::get(&account).ok_or(Error::<T>::NotStaff)?.institution;
            let by_institution = || AccountOf::<T>::get(institution).is_some_and(|of| of == who);
            ensure!(who == account || by_institution(), Error::<T>::NotStaff);
            Self::do_remove_staff(account, institution);
            Ok(())
        }

        /// Seals the calling institution's current encryption secret to staff anew, after a rotation.
        ///
        /// - `copies`: 1 to [`limits::STAFF_PER_RESEAL_MAX`] staff accounts of the caller, each with the secret sealed to
        ///   its key.
        /// - `of_version`: the version of the key whose secret it is; the current one.
        ///
        /// ## Dispatch origin
        /// Signed by an active hospital or pharmacy.
        ///
        /// ## Errors
        /// - [`Error::NotAMember`], [`Error::NotActive`], [`Error::NotAnInstitution`]: the caller has no staff.
        /// - [`Error::KeyVersionNotCurrent`]: the key has been replaced since.
        /// - [`Error::NotStaff`]: there is none, or one of them does not act for the caller.
        ///
        /// ## Events
        /// [`Event::StaffResealed`].
        #[pallet::call_index(21)]
        #[pallet::weight(T::WeightInfo::reseal_staff(copies.len() as u32))]
        pub fn reseal_staff(
            origin: OriginFor<T>,
            copies: StaffCopies<T::AccountId>,
            of_version: KeyVersion,
        ) -> DispatchResult {
            let institution = Self::caller_active(origin)?;
            Self::do_reseal_staff(&institution, copies, of_version)
        }

        /// Gives a member the copy of its earlier encryption secret back, which the calling guardian holds: sealed to the
        /// member's current key, so that the member reads and reseals what was sealed to the earlier one.
        ///
        /// ## Dispatch origin
        /// Signed by an active member that this member has named as its guardian.
        ///
        /// ## Errors
        /// - [`Error::NotAMember`], [`Error::NotActive`], [`Error::NotGuardian`]: the caller cannot do this.
        /// - [`Error::UnknownMember`]: there is no such member.
        /// - [`Error::NoCopyToReturn`]: the member's key is the one that the copy is of.
        /// - [`Error::KeyVersionNotCurrent`]: `copy` is sealed to another key of the member.
        ///
        /// ## Events
        /// [`Event::CopyReturned`].
        #[pallet::call_index(22)]
        #[pallet::weight(T::WeightInfo::return_copy())]
        pub fn return_copy(origin: OriginFor<T>, member: MemberId, copy: VersionedSeal) -> DispatchResult {
            let guardian = Self::caller_active(origin)?.id;
            Self::do_return_copy(member, guardian, copy)
        }

        /// Registers a dependant, a newborn say, as a patient, with the word of an active institution; the caller becomes
        /// its guardian and decides and reads in its name.
        ///
        /// - `account`: the account that is to be the dependant's; the guardian keeps its key until it hands it over.
        /// - `username`, `encryption_key`: as for [`Pallet::register`].
        /// - `voucher`: as for [`Pallet::register_vouched`], for `account`.
        /// - `expires_at`, `signature`: by `account`, over a [`DependantStatement`], as it is or as wallets wrap it.
        ///
        /// ## Dispatch origin
        /// Signed by an active patient.
        ///
        /// ## Errors
        /// - [`Error::NotAMember`], [`Error::NotActive`], [`Error::NotAPatient`], [`Error::TooManyDependants`]: the caller
        ///   cannot register one.
        /// - Those of [`Pallet::register_vouched`], for `account`.
        /// - [`Error::ConsentForged`]: the account did not consent.
        ///
        /// ## Events
        /// [`Event::MemberRegistered`], [`Event::DependantRegistered`].
        #[pallet::call_index(23)]
        #[pallet::weight(T::WeightInfo::register_dependant())]
        pub fn register_dependant(
            origin: OriginFor<T>,
            account: T::AccountId,
            username: Username,
            encryption_key: EncryptionKey,
            voucher: Voucher<T::AccountId, T::Signature>,
            expires_at: Moment,
            signature: T::Signature,
        ) -> DispatchResult {
            let (guardian, genesis, now) = (Self::caller_active(origin)?, Self::genesis(), T::Time::now());
            let count = Self::ensure_may_register_dependant(
                &genesis,
                now,
                &guardian,
                &account,
                encryption_key,
                expires_at,
                &signature,
            )?;
            Self::ensure_may_register(&account, Role::Patient, &username, &encryption_key, None)?;
            Self::ensure_voucher_of(&genesis, now, &account, &voucher)?;
            let by = Some(voucher.institution);
            let dependant = Self::do_register(account, Role::Patient, username, encryption_key, None, by)?;
            Self::do_add_dependant(dependant, guardian.id, count);
            Ok(())
        }

        /// Moves a dependant's membership to an account of its own, as [`Pallet::move_account`] does. The guardianship
        /// stands until the dependant dismisses the guardian.
        ///
        /// - `dependant`: a dependant of the caller.
        /// - `to`, `key`, `expires_at`, `signature`, `copy`: as for [`Pallet::move_account`].
        ///
        /// ## Dispatch origin
        /// Signed by the guardian who registered the dependant, active.
        ///
        /// ## Errors
        /// - [`Error::NotAMember`], [`Error::NotActive`], [`Error::NotADependant`]: the caller cannot do this.
        /// - Those of [`Pallet::move_account`].
        ///
        /// ## Events
        /// [`Event::AccountMoved`], [`Event::DependantHandedOver`].
        #[pallet::call_index(24)]
        #[pallet::weight(T::WeightInfo::hand_over())]
        pub fn hand_over(
            origin: OriginFor<T>,
            dependant: MemberId,
            to: T::AccountId,
            key: EncryptionKey,
            expires_at: Moment,
            signature: T::Signature,
            copy: Seal,
        ) -> DispatchResult {
            let guardian = Self::caller_active(origin)?.id;
            ensure!(Self::end_dependence(dependant) == Some(guardian), Error::<T>::NotADependant);
            let (from, member) = Self::member_by_id(dependant).ok_or(Error::<T>::UnknownMember)?;
            Self::ensure_consent_to_move(dependant, &to, key, expires_at, &signature)?;
            Self::do_move(from, member, to, key, Some((guardian, copy)))?;
            Self::deposit_event(Event::DependantHandedOver { dependant, guardian });
            Ok(())
        }
    }

    impl<T: Config> From<UsernameFlaw> for Error<T> {
        fn from(flaw: UsernameFlaw) -> Self {
            match flaw {
                UsernameFlaw::TooShort => Self::UsernameTooShort,
                UsernameFlaw::NotLowerCase => Self::UsernameNotLowerCase,
                UsernameFlaw::CharacterUnknown => Self::UsernameCharacterUnknown,
                UsernameFlaw::EdgeNotAlphanumeric => Self::UsernameEdgeNotAlphanumeric,
                UsernameFlaw::SeparatorsAdjacent => Self::UsernameSeparatorsAdjacent,
            }
        }
    }
}

impl<T: Config> Pallet<T> {
    /// The member with this number and its account.
    pub fn member_by_id(id: MemberId) -> Option<(T::AccountId, Member)> {
        let account = AccountOf::<T>::get(id)?;
        let member = Members::<T>::get(&account)?;
        Some((account, member))
    }

    /// The member with this username and its account; `None` also for what cannot be a username.
    pub fn member_by_username(username: &[u8]) -> Option<(T::AccountId, Member)> {
        let username = Username::try_from(username.to_vec()).ok()?;
        let under = |key: &Username| {
            let account = Usernames::<T>::get(key)?;
            let member = Members::<T>::get(&account).filter(|member| member.username == username)?;
            Some((account, member))
        };
        under(&look(&username)).or_else(|| under(&username))
    }

    /// The members of a role and status whose numbers follow `cursor`, in ascending order, at most `limit`. The cost
    /// grows with `limit`, which the caller bounds.
    pub fn members_page(
        role: Role,
        status: Status,
        cursor: Option<MemberId>,
        limit: u32,
    ) -> Vec<(T::AccountId, Member)> {
        let group = (role, status);
        let keys = match cursor {
            None => ByRoleAndStatus::<T>::iter_key_prefix(group),
            Some(id) => ByRoleAndStatus::<T>::iter_key_prefix_from(
                group,
                ByRoleAndStatus::<T>::hashed_key_for(group, OrderedKey::from(id)),
            ),
        };
        keys.take(limit as usize).filter_map(|key| Self::member_by_id(key.into())).collect()
    }

    /// The key that certificates are sealed to for this administrator, and its version; `None` until one is published
    /// and for every other account.
    pub fn administrator_key(account: &T::AccountId) -> Option<(EncryptionKey, KeyVersion)> {
        T::Administrators::contains(account).then(|| AdministratorKeys::<T>::get(account)).flatten()
    }

    /// The caller, who must be a professional.
    fn caller_as_professional(account: &T::AccountId) -> Result<Member, Error<T>> {
        let member = Members::<T>::get(account).ok_or(Error::<T>::NotAMember)?;
        ensure!(member.role.is_professional(), Error::<T>::NotAProfessional);
        Ok(member)
    }

    /// The professional that an administrator wants to vet.
    fn professional_to_vet(administrator: &T::AccountId, id: MemberId) -> Result<(T::AccountId, Member), Error<T>> {
        let (account, member) = Self::member_by_id(id).ok_or(Error::<T>::UnknownMember)?;
        ensure!(member.role.is_professional(), Error::<T>::NotAProfessional);
        // A member can be appointed administrator after it has registered.
        ensure!(&account != administrator, Error::<T>::OwnMembership);
        Ok((account, member))
    }

    fn ensure_details(details: &Details) -> Result<(), Error<T>> {
        for text in details.texts() {
            ensure!(is_plain_text(text), Error::<T>::DetailNotText);
        }
        for text in details.required_texts() {
            ensure!(!is_blank(text), Error::<T>::DetailBlank);
        }
        Ok(())
    }

    /// The caller, who must be a member that is not suspended.
    fn caller_not_suspended(account: &T::AccountId) -> Result<Member, Error<T>> {
        let member = Members::<T>::get(account).ok_or(Error::<T>::NotAMember)?;
        ensure!(member.status != Status::Suspended, Error::<T>::Suspended);
        Ok(member)
    }

    fn ensure_may_register(
        account: &T::AccountId,
        role: Role,
        username: &Username,
        encryption_key: &EncryptionKey,
        details: Option<&Details>,
    ) -> Result<(), Error<T>> {
        ensure!(!T::Administrators::contains(account), Error::<T>::AdministratorCannotBeMember);
        match Self::holder(account) {
            None => {}
            Some(Holder::Member) => return Err(Error::<T>::AlreadyRegistered),
            Some(Holder::Retired) => return Err(Error::<T>::AccountRetired),
            Some(Holder::Staff) => return Err(Error::<T>::AccountIsStaff),
        }
        match (role.is_professional(), details) {
            (false, Some(_)) => return Err(Error::<T>::DetailsNotForPatients),
            (false, None) => {}
            (true, Some(details)) => Self::ensure_details(details)?,
            (true, None) => return Err(Error::<T>::DetailsMissing),
        }
        ensure!(!is_small_order(encryption_key), Error::<T>::EncryptionKeyTooWeak);
        check_username(username).map_err(Error::<T>::from)?;
        ensure!(!Usernames::<T>::contains_key(look(username)), Error::<T>::UsernameTaken);
        Ok(())
    }

    /// Stores a member that has been checked and gives the account its provider reference, without which it could not
    /// send another transaction.
    fn do_register(
        account: T::AccountId,
        role: Role,
        username: Username,
        encryption_key: EncryptionKey,
        details: Option<Details>,
        vouched_by: Option<MemberId>,
    ) -> Result<MemberId, ArithmeticError> {
        let id = NextMemberId::<T>::get();
        NextMemberId::<T>::put(id.next().ok_or(ArithmeticError::Overflow)?);
        let status = if role.is_professional() { Status::Pending } else { Status::Active };

        AccountOf::<T>::insert(id, &account);
        Usernames::<T>::insert(look(&username), &account);
        ByRoleAndStatus::<T>::insert((role, status), OrderedKey::from(id), ());
        let member = Member {
            id,
            role,
            status,
            reason: None,
            username,
            encryption_key,
            key_version: FIRST_KEY_VERSION,
            details,
            registered_at: T::Time::now(),
            vouched_by,
        };
        Members::<T>::insert(&account, member);
        frame_system::Pallet::<T>::inc_providers(&account);
        Self::deposit_event(Event::MemberRegistered { member: id, account, role, vouched_by });
        Ok(id)
    }

    /// Stores a member with another status and moves it in the index.
    fn put_with_status(account: &T::AccountId, mut member: Member, status: Status, reason: Option<VettingReason>) {
        let key = OrderedKey::from(member.id);
        ByRoleAndStatus::<T>::remove((member.role, member.status), key);
        ByRoleAndStatus::<T>::insert((member.role, status), key, ());
        member.status = status;
        member.reason = reason;
        Members::<T>::insert(account, member);
    }
}

impl<T: Config> MemberDirectory<T::AccountId> for Pallet<T> {
    fn by_account(account: &T::AccountId) -> Option<MemberInfo> {
        Members::<T>::get(account).map(|member| member.info())
    }

    fn acting(account: &T::AccountId) -> Option<Acting<T::AccountId>> {
        if let Some(member) = Self::by_account(account) {
            return Some(Acting::by_itself(member));
        }
        let StaffMember { institution, scope, .. } = Staff::<T>::get(account)?;
        let member = <Self as MemberDirectory<T::AccountId>>::by_id(institution)?;
        Some(Acting { member, staff: Some((account.clone(), scope)) })
    }

    fn by_id(id: MemberId) -> Option<MemberInfo> {
        Self::member_by_id(id).map(|(_, member)| member.info())
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_staff(account: &T::AccountId, institution: MemberId, scope: StaffScope) {
        let of_version = Self::member_by_id(institution).map_or(FIRST_KEY_VERSION, |(_, member)| member.key_version);
        let (encryption_key, copy, added_at) = (EncryptionKey([0x5a; 32]), Seal([0x5e; 80]), T::Time::now());
        let entry = StaffMember { institution, scope, encryption_key, copy, of_version, added_at };
        Self::do_add_staff(account.clone(), entry, added_at);
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_register(account: &T::AccountId, role: Role) -> MemberId {
        use alloc::format;
        let number = NextMemberId::<T>::get();
        let text = || format!("benchmark-{number}").into_bytes().try_into().unwrap_or_default();
        let details = role.is_professional().then(|| Details {
            name: text(),
            licence: text(),
            issuer: text(),
            speciality: text(),
            address: text(),
        });
        let username = format!("benchmark-{number}").into_bytes().try_into().unwrap_or_default();
        let key = EncryptionKey([0x5a; 32]);
        // Numbers cannot run out in a benchmark; were it so, the number below would belong to nobody.
        if Self::do_register(account.clone(), role, username, key, details, None).is_ok() {
            if let Some(member) = Members::<T>::get(account) {
                Self::put_with_status(account, member, Status::Active, None);
            }
        }
        number
    }
}
