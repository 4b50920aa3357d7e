//! What each call costs at most: the longest texts, the most indexes to move.

use super::*;
use alloc::{vec, vec::Vec};
use codec::Encode;
use frame_benchmarking::v2::*;
use frame_support::traits::EnsureOrigin;
use frame_system::RawOrigin;

const KEY: EncryptionKey = EncryptionKey([0x5a; 32]);

/// The longest username: letters and separators in turn.
fn longest_username() -> Username {
    let mut letters = vec![b'a'; limits::USERNAME_MAX as usize];
    letters.iter_mut().skip(1).step_by(2).for_each(|letter| *letter = b'-');
    if let Some(last) = letters.last_mut() {
        *last = b'z';
    }
    letters.try_into().unwrap_or_default()
}

/// Details in which every text is as long as it may be.
fn longest_details() -> Details {
    let text = || vec![b'a'; limits::DETAIL_MAX as usize].try_into().unwrap_or_default();
    Details { name: text(), licence: text(), issuer: text(), speciality: text(), address: text() }
}

/// A doctor with the longest details, who stands here.
fn doctor<T: Config>(status: Status) -> Result<(T::AccountId, MemberId), BenchmarkError> {
    let account: T::AccountId = account("doctor", 0, 0);
    let (username, details) = (longest_username(), Some(longest_details()));
    let id = Pallet::<T>::do_register(account.clone(), Role::Doctor, username, KEY, details, None)
        .map_err(|_| BenchmarkError::Stop("member numbers have run out"))?;
    T::Records::benchmark_anchor(id, id, RecordKind::Certificate);
    let member = Members::<T>::get(&account).ok_or(BenchmarkError::Stop("the doctor is not registered"))?;
    let reason = matches!(status, Status::Rejected | Status::Suspended).then_some(VettingReason::Misconduct);
    Pallet::<T>::put_with_status(&account, member, status, reason);
    Ok((account, id))
}

fn administrator<T: Config>() -> Result<T::RuntimeOrigin, BenchmarkError> {
    T::AdminOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)
}

fn status_of<T: Config>(account: &T::AccountId) -> Option<Status> {
    Members::<T>::get(account).map(|member| member.status)
}

/// An account whose key is at hand, so that it can sign statements.
pub trait StatementSigner<AccountId, Signature> {
    /// Makes an account.
    fn new_account() -> AccountId;
    /// Signs for an account that was made here.
    fn sign(account: &AccountId, statement: &[u8]) -> Option<Signature>;
}

/// A signature as wallets make it, which is found good only at the second attempt.
fn signed_by_wallet<T: Config>(account: &T::AccountId, text: &str) -> Result<T::Signature, BenchmarkError> {
    T::BenchmarkSigner::sign(account, &wrapped(text)).ok_or(BenchmarkError::Stop("the account cannot sign"))
}

/// An active member who guards another's account.
fn guardian<T: Config>(index: u32) -> (T::AccountId, MemberId) {
    let guardian: T::AccountId = account("guardian", index, 0);
    let id = <Pallet<T> as MemberDirectory<T::AccountId>>::benchmark_register(&guardian, Role::Patient);
    (guardian, id)
}

/// A doctor whose key is lost, with the most guardians, each of whom has proposed to recover it for the same account; all
/// but the last guardian agree to each proposal.
struct Lost<AccountId> {
    account: AccountId,
    id: MemberId,
    guardians: Vec<(AccountId, MemberId)>,
    to: AccountId,
}

const NEW_KEY: EncryptionKey = EncryptionKey([0x5c; 32]);

fn lost<T: Config>() -> Result<Lost<T::AccountId>, BenchmarkError> {
    let (account, id) = doctor::<T>(Status::Active)?;
    let guardians: Vec<_> = (0..limits::RECOVERY_GUARDIANS_MAX).map(guardian::<T>).collect();
    let named: Guardians = named(&guardians)?;
    let threshold = limits::RECOVERY_GUARDIANS_MAX;
    let guardianship = Guardianship { guardians: named.clone(), threshold, wait: limits::RECOVERY_WAIT_MIN };
    Guardianships::<T>::insert(id, guardianship);
    // The account has spent something, which goes with the membership.
    T::Accounts::staff_added(&account);
    let to = known::<T>(T::BenchmarkSigner::new_account());
    let mut approvals = named.clone();
    approvals.pop();
    for proposer in named {
        let recovery = Recovery { to: to.clone(), key: NEW_KEY, approvals: approvals.clone(), ready_at: None };
        Recoveries::<T>::insert(id, proposer, recovery);
        let copy = KeyCopy { of_version: FIRST_KEY_VERSION, seal: copy_for(FIRST_KEY_VERSION) };
        GuardianCopies::<T>::insert(id, proposer, copy);
    }
    Ok(Lost { account, id, guardians, to })
}

/// An account that is no member's, and that something else refers to: whether it is one is looked up.
fn known<T: Config>(account: T::AccountId) -> T::AccountId {
    frame_system::Pallet::<T>::inc_providers(&account);
    account
}

const COPY: Seal = Seal([0x5e; 80]);

/// A copy of a secret, sealed to this version of a key.
fn copy_for(key_version: KeyVersion) -> VersionedSeal {
    VersionedSeal { seal: COPY, key_version }
}

/// An active hospital and an active doctor.
fn hospital_and_doctor<T: Config>() -> ((T::AccountId, MemberId), (T::AccountId, MemberId)) {
    let register = |name, role| {
        let account: T::AccountId = account(name, 0, 0);
        let id = <Pallet<T> as MemberDirectory<T::AccountId>>::benchmark_register(&account, role);
        (account, id)
    };
    (register("hospital", Role::Hospital), register("doctor", Role::Doctor))
}

fn named<AccountId>(guardians: &[(AccountId, MemberId)]) -> Result<Guardians, BenchmarkError> {
    let ids: Vec<_> = guardians.iter().map(|(_, id)| *id).collect();
    ids.try_into().map_err(|_| BenchmarkError::Stop("too many guardians"))
}

fn last_guardian<T: Config>(lost: &Lost<T::AccountId>) -> Result<(T::AccountId, MemberId), BenchmarkError> {
    lost.guardians.last().cloned().ok_or(BenchmarkError::Stop("there are no guardians"))
}

/// The consent of the account that is to take a membership over, and its end.
fn consent<T: Config>(member: MemberId, to: &T::AccountId) -> Result<(Moment, T::Signature), BenchmarkError> {
    let expires_at = T::Time::now().saturating_add(limits::STATEMENT_LIFETIME_MAX);
    let (genesis, account) = (Pallet::<T>::genesis(), to.encode());
    let statement =
        MoveStatement { genesis: genesis.as_ref(), member, to: &account, encryption_key: NEW_KEY, expires_at };
    Ok((expires_at, signed_by_wallet::<T>(to, &statement.text())?))
}

impl<T: Config> Pallet<T> {
    /// The voucher of an institution for an account that is to register.
    pub fn benchmark_voucher(applicant: &T::AccountId) -> Option<Voucher<T::AccountId, T::Signature>> {
        let signer = T::BenchmarkSigner::new_account();
        let institution = <Self as MemberDirectory<T::AccountId>>::benchmark_register(&signer, Role::Hospital);
        let expires_at = T::Time::now().saturating_add(limits::STATEMENT_LIFETIME_MAX);
        let (genesis, applicant) = (Self::genesis(), applicant.encode());
        let statement = VoucherStatement { genesis: genesis.as_ref(), applicant: &applicant, institution, expires_at };
        let signature = signed_by_wallet::<T>(&signer, &statement.text()).ok()?;
        Some(Voucher { institution, signer, expires_at, signature })
    }
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn register() {
        let caller = known::<T>(account("caller", 0, 0));
        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()), Role::Doctor, longest_username(), KEY, Some(longest_details()));
        assert_eq!(status_of::<T>(&caller), Some(Status::Pending));
    }

    #[benchmark]
    fn update_details() -> Result<(), BenchmarkError> {
        let (caller, _) = doctor::<T>(Status::Rejected)?;
        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()), longest_details());
        assert_eq!(status_of::<T>(&caller), Some(Status::Pending));
        Ok(())
    }

    #[benchmark]
    fn publish_administrator_key() -> Result<(), BenchmarkError> {
        let origin = administrator::<T>()?;
        Pallet::<T>::publish_administrator_key(origin.clone(), KEY)?;
        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, EncryptionKey([0x5b; 32]));
        assert!(AdministratorKeys::<T>::iter_values().any(|(_, version)| version == 2));
        Ok(())
    }

    /// Of `verify`, a name that the macro needs for itself.
    #[benchmark]
    fn verify_call() -> Result<(), BenchmarkError> {
        let origin = administrator::<T>()?;
        let (account, member) = doctor::<T>(Status::Pending)?;
        let certificate = T::Records::current_own_record(member).ok_or("a certificate")?;
        #[extrinsic_call]
        verify(origin as T::RuntimeOrigin, member, certificate, longest_details());
        assert_eq!(status_of::<T>(&account), Some(Status::Active));
        Ok(())
    }

    #[benchmark]
    fn reject() -> Result<(), BenchmarkError> {
        let origin = administrator::<T>()?;
        let (account, member) = doctor::<T>(Status::Pending)?;
        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, member, VettingReason::Misconduct);
        assert_eq!(status_of::<T>(&account), Some(Status::Rejected));
        Ok(())
    }

    #[benchmark]
    fn suspend() -> Result<(), BenchmarkError> {
        let origin = administrator::<T>()?;
        let (account, member) = doctor::<T>(Status::Active)?;
        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, member, VettingReason::Misconduct);
        assert_eq!(status_of::<T>(&account), Some(Status::Suspended));
        Ok(())
    }

    #[benchmark]
    fn reinstate() -> Result<(), BenchmarkError> {
        let origin = administrator::<T>()?;
        let (account, member) = doctor::<T>(Status::Suspended)?;
        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, member);
        assert_eq!(status_of::<T>(&account), Some(Status::Active));
        Ok(())
    }

    #[benchmark]
    fn apply_again() -> Result<(), BenchmarkError> {
        let (caller, _) = doctor::<T>(Status::Rejected)?;
        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()));
        assert_eq!(status_of::<T>(&caller), Some(Status::Pending));
        Ok(())
    }

    #[benchmark]
    fn register_vouched() -> Result<(), BenchmarkError> {
        let caller = known::<T>(account("caller", 0, 0));
        let voucher = Pallet::<T>::benchmark_voucher(&caller).ok_or(BenchmarkError::Stop("nobody vouches"))?;
        let institution = voucher.institution;
        let details = Some(longest_details());
        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()), Role::Doctor, longest_username(), KEY, details, voucher);
        assert!(Members::<T>::get(&caller).is_some_and(|member| member.vouched_by == Some(institution)));
        Ok(())
    }

    #[benchmark]
    fn rotate_key() -> Result<(), BenchmarkError> {
        let (caller, member) = doctor::<T>(Status::Active)?;
        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()), NEW_KEY);
        assert!(Members::<T>::get(&caller).is_some_and(|member| member.encryption_key == NEW_KEY));
        assert!(EarlierKeys::<T>::contains_key(member, FIRST_KEY_VERSION));
        Ok(())
    }

    #[benchmark]
    fn move_account() -> Result<(), BenchmarkError> {
        let Lost { account, id, to, .. } = lost::<T>()?;
        let (expires_at, signature) = consent::<T>(id, &to)?;
        #[extrinsic_call]
        _(RawOrigin::Signed(account.clone()), to.clone(), NEW_KEY, expires_at, signature, COPY);
        assert_eq!(AccountOf::<T>::get(id), Some(to));
        assert!(Retired::<T>::contains_key(account));
        assert_eq!(Recoveries::<T>::iter_key_prefix(id).count(), 0);
        Ok(())
    }

    #[benchmark]
    fn name_guardians() -> Result<(), BenchmarkError> {
        let Lost { account, id, guardians, .. } = lost::<T>()?;
        let with_copy =
            |(_, guardian): &(_, MemberId)| GuardianWithCopy { guardian: *guardian, copy: copy_for(FIRST_KEY_VERSION) };
        let guardians: Vec<_> = guardians.iter().map(with_copy).collect();
        let guardians = guardians.try_into().map_err(|_| BenchmarkError::Stop("too many guardians"))?;
        #[extrinsic_call]
        _(RawOrigin::Signed(account), guardians, 1, limits::RECOVERY_WAIT_MAX);
        assert!(Guardianships::<T>::get(id).is_some_and(|guardianship| guardianship.threshold == 1));
        assert_eq!(Recoveries::<T>::iter_key_prefix(id).count(), 0);
        Ok(())
    }

    #[benchmark]
    fn propose_recovery() -> Result<(), BenchmarkError> {
        let lost = lost::<T>()?;
        let (proposer, proposer_id) = last_guardian::<T>(&lost)?;
        let Lost { id, to, .. } = lost;
        let (expires_at, signature) = consent::<T>(id, &to)?;
        #[extrinsic_call]
        _(RawOrigin::Signed(proposer), id, to, NEW_KEY, expires_at, signature);
        assert!(Recoveries::<T>::get(id, proposer_id).is_some_and(|recovery| recovery.approvals.len() == 1));
        Ok(())
    }

    /// The last agreement that is needed.
    #[benchmark]
    fn approve_recovery() -> Result<(), BenchmarkError> {
        let lost = lost::<T>()?;
        let (approver, proposer) = last_guardian::<T>(&lost)?;
        let Lost { id, to, .. } = lost;
        #[extrinsic_call]
        _(RawOrigin::Signed(approver), id, proposer, to, NEW_KEY);
        assert!(Recoveries::<T>::get(id, proposer).is_some_and(|recovery| recovery.ready_at.is_some()));
        Ok(())
    }

    #[benchmark]
    fn object_to_recovery() -> Result<(), BenchmarkError> {
        let Lost { account, id, .. } = lost::<T>()?;
        #[extrinsic_call]
        _(RawOrigin::Signed(account));
        assert_eq!(Recoveries::<T>::iter_key_prefix(id).count(), 0);
        Ok(())
    }

    #[benchmark]
    fn complete_recovery() -> Result<(), BenchmarkError> {
        let lost = lost::<T>()?;
        let (guardian, proposer) = last_guardian::<T>(&lost)?;
        let Lost { id, to, .. } = lost;
        Recoveries::<T>::mutate(id, proposer, |recovery| {
            if let Some(recovery) = recovery {
                recovery.ready_at = Some(T::Time::now());
            }
        });
        #[extrinsic_call]
        _(RawOrigin::Signed(guardian), id, proposer);
        assert_eq!(AccountOf::<T>::get(id), Some(to));
        assert_eq!(Recoveries::<T>::iter_key_prefix(id).count(), 0);
        Ok(())
    }

    #[benchmark]
    fn offer_affiliation() {
        let ((caller, hospital), (_, doctor)) = hospital_and_doctor::<T>();
        #[extrinsic_call]
        _(RawOrigin::Signed(caller), doctor);
        assert!(AffiliatedDoctors::<T>::contains_key(hospital, OrderedKey::from(doctor)));
    }

    #[benchmark]
    fn accept_affiliation() -> Result<(), BenchmarkError> {
        let ((_, hospital), (caller, doctor)) = hospital_and_doctor::<T>();
        Pallet::<T>::do_offer_affiliation(hospital, doctor)?;
        #[extrinsic_call]
        _(RawOrigin::Signed(caller), hospital);
        assert!(<Pallet<T> as Affiliations>::is_affiliated(doctor, hospital));
        Ok(())
    }

    #[benchmark]
    fn end_affiliation() {
        let ((caller, hospital), (_, doctor)) = hospital_and_doctor::<T>();
        <Pallet<T> as Affiliations>::benchmark_affiliate(doctor, hospital);
        #[extrinsic_call]
        _(RawOrigin::Signed(caller), doctor);
        assert!(!AffiliatedDoctors::<T>::contains_key(hospital, OrderedKey::from(doctor)));
    }

    #[benchmark]
    fn add_staff() -> Result<(), BenchmarkError> {
        let ((caller, institution), _) = hospital_and_doctor::<T>();
        let account = known::<T>(T::BenchmarkSigner::new_account());
        StaffConsents::<T>::insert(&account, Moment::MIN);
        let expires_at = T::Time::now().saturating_add(limits::STATEMENT_LIFETIME_MAX);
        let (genesis, bytes) = (Pallet::<T>::genesis(), account.encode());
        let statement = StaffStatement {
            genesis: genesis.as_ref(),
            institution,
            account: &bytes,
            encryption_key: NEW_KEY,
            expires_at,
        };
        let signature = signed_by_wallet::<T>(&account, &statement.text())?;
        let (scope, of_version) = (StaffScope::Ward, FIRST_KEY_VERSION);
        let new = account.clone();
        #[extrinsic_call]
        _(RawOrigin::Signed(caller), new, scope, NEW_KEY, COPY, of_version, expires_at, signature);
        assert!(Staff::<T>::contains_key(account));
        Ok(())
    }

    #[benchmark]
    fn remove_staff() {
        let ((caller, institution), _) = hospital_and_doctor::<T>();
        let account: T::AccountId = account("staff", 0, 0);
        <Pallet<T> as MemberDirectory<T::AccountId>>::benchmark_staff(&account, institution, StaffScope::Ward);
        #[extrinsic_call]
        _(RawOrigin::Signed(caller), account.clone());
        assert!(!Staff::<T>::contains_key(account));
    }

    #[benchmark]
    fn reseal_staff(s: Linear<1, { limits::STAFF_PER_RESEAL_MAX }>) -> Result<(), BenchmarkError> {
        let ((caller, institution), _) = hospital_and_doctor::<T>();
        let copies: Vec<_> = (0..s)
            .map(|index| {
                let account: T::AccountId = account("staff", index, 0);
                <Pallet<T> as MemberDirectory<T::AccountId>>::benchmark_staff(&account, institution, StaffScope::Ward);
                (account, Seal([0x5f; 80]))
            })
            .collect();
        let copies = copies.try_into().map_err(|_| BenchmarkError::Stop("too many accounts"))?;
        #[extrinsic_call]
        _(RawOrigin::Signed(caller), copies, FIRST_KEY_VERSION);
        assert!(Staff::<T>::iter_values().all(|entry| entry.copy == Seal([0x5f; 80])));
        Ok(())
    }

    #[benchmark]
    fn return_copy() -> Result<(), BenchmarkError> {
        let lost = lost::<T>()?;
        let (guardian, guardian_id) = last_guardian::<T>(&lost)?;
        let Lost { account, id, .. } = lost;
        Pallet::<T>::rotate_key(RawOrigin::Signed(account).into(), NEW_KEY)?;
        let copy = copy_for(FIRST_KEY_VERSION + 1);
        #[extrinsic_call]
        _(RawOrigin::Signed(guardian), id, copy);
        assert!(OwnCopies::<T>::contains_key((id, FIRST_KEY_VERSION, guardian_id)));
        Ok(())
    }

    #[benchmark]
    fn register_dependant() -> Result<(), BenchmarkError> {
        let (caller, guardian) = guardian::<T>(0);
        let account = known::<T>(T::BenchmarkSigner::new_account());
        let voucher = Pallet::<T>::benchmark_voucher(&account).ok_or(BenchmarkError::Stop("nobody vouches"))?;
        let expires_at = voucher.expires_at;
        let (genesis, bytes) = (Pallet::<T>::genesis(), account.encode());
        let statement = DependantStatement {
            genesis: genesis.as_ref(),
            guardian,
            account: &bytes,
            encryption_key: NEW_KEY,
            expires_at,
        };
        let signature = signed_by_wallet::<T>(&account, &statement.text())?;
        let (new, username) = (account.clone(), longest_username());
        #[extrinsic_call]
        _(RawOrigin::Signed(caller), new, username, NEW_KEY, voucher, expires_at, signature);
        let dependant = Members::<T>::get(account).ok_or(BenchmarkError::Stop("nobody was registered"))?.id;
        assert_eq!(Dependants::<T>::get(dependant), Some(guardian));
        Ok(())
    }

    #[benchmark]
    fn hand_over() -> Result<(), BenchmarkError> {
        let Lost { id, to, guardians, .. } = lost::<T>()?;
        let (caller, guardian) = guardians.first().cloned().ok_or(BenchmarkError::Stop("there are no guardians"))?;
        Pallet::<T>::do_add_dependant(id, guardian, 0);
        let (expires_at, signature) = consent::<T>(id, &to)?;
        #[extrinsic_call]
        _(RawOrigin::Signed(caller), id, to.clone(), NEW_KEY, expires_at, signature, COPY);
        assert_eq!(AccountOf::<T>::get(id), Some(to));
        assert!(!Dependants::<T>::contains_key(id));
        Ok(())
    }
}
