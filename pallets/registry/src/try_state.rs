//! What must hold of the registry after every block.

use crate::*;
use alloc::collections::BTreeMap;
use frame_support::ensure;
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
    /// Checks that
    /// 1. every member has a number below the next, and `AccountOf` and `Usernames` lead back to its account, the latter by
    ///    how the username looks, or where another looks like it by the username itself;
    /// 2. `AccountOf`, `Usernames` and `ByRoleAndStatus` have one entry for each member and no other;
    /// 3. `ByRoleAndStatus` lists each member under its own role and status;
    /// 4. professionals have details and patients have none;
    /// 5. patients are active;
    /// 6. a reason is kept for the rejected and the suspended, and for them alone;
    /// 7. usernames have their form, and no key is of small order or of version zero;
    /// 8. every member's account has a provider reference;
    /// 9. each key that a member has replaced is listed under its version, and no other;
    /// 10. no retired account is a member's, and each was a member's and has a provider reference;
    /// 11. who vouched for a member is an institution;
    /// 12. guardians are others, each named once, with a threshold and a wait within bounds;
    /// 13. each recovery was proposed by a guardian of the member, guardians alone have agreed, each once, and it is ready
    ///     when enough of them have;
    /// 14. a guardian holds a copy of a key that the member has or had, and nobody else does; a copy of an earlier key is
    ///     sealed to a later one;
    /// 15. no staff account is a member's; each is listed and counted under its institution and has a provider
    ///     reference;
    /// 16. dependants and their guardians are patients, counted for each guardian, and no more than one may have;
    /// 17. affiliations are between a hospital and a doctor, each listed once under both.
    ///
    /// # Errors
    ///
    /// What does not hold.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        let next = NextMemberId::<T>::get();
        let mut members = 0usize;
        let mut replaced = 0usize;
        for (account, member) in Members::<T>::iter() {
            members = members.saturating_add(1);
            ensure!(member.id >= MemberId::FIRST && member.id < next, "a member's number was never given out");
            ensure!(AccountOf::<T>::get(member.id).as_ref() == Some(&account), "AccountOf leads elsewhere");
            let by_look = Usernames::<T>::get(look(&member.username)).ok_or("a username is not listed by its look")?;
            let listed = by_look == account || Usernames::<T>::get(&member.username).as_ref() == Some(&account);
            ensure!(listed, "Usernames leads elsewhere");
            ensure!(
                ByRoleAndStatus::<T>::contains_key((member.role, member.status), OrderedKey::from(member.id)),
                "a member is not listed under its role and status"
            );
            ensure!(
                member.details.is_some() == member.role.is_professional(),
                "professionals have details and patients have none"
            );
            ensure!(member.role.is_professional() || member.status == Status::Active, "a patient is not active");
            ensure!(
                member.reason.is_some() == matches!(member.status, Status::Rejected | Status::Suspended),
                "a reason is kept for the rejected and the suspended alone"
            );
            ensure!(check_username(&member.username).is_ok(), "a username has not its form");
            ensure!(!is_small_order(&member.encryption_key), "an encryption key is of small order");
            ensure!(member.key_version >= FIRST_KEY_VERSION, "a key has no version");
            ensure!(frame_system::Pallet::<T>::providers(&account) > 0, "a member's account has no provider");
            for version in FIRST_KEY_VERSION..member.key_version {
                replaced = replaced.saturating_add(1);
                ensure!(EarlierKeys::<T>::contains_key(member.id, version), "a replaced key is not listed");
            }
            ensure!(!Retired::<T>::contains_key(&account), "a retired account is a member's");
            if let Some(institution) = member.vouched_by {
                let role = Self::member_by_id(institution).map(|(_, institution)| institution.role);
                ensure!(role.is_some_and(Role::is_institution), "who vouched for a member is no institution");
            }
        }
        ensure!(EarlierKeys::<T>::iter_keys().count() == replaced, "EarlierKeys lists a key that was not replaced");
        for (account, member) in Retired::<T>::iter() {
            ensure!(AccountOf::<T>::contains_key(member), "a retired account was no member's");
            ensure!(frame_system::Pallet::<T>::providers(&account) > 0, "a retired account has no provider");
        }
        ensure!(AccountOf::<T>::iter_keys().count() == members, "AccountOf has as many entries as there are members");
        ensure!(Usernames::<T>::iter_keys().count() == members, "Usernames has as many entries as there are members");
        ensure!(
            ByRoleAndStatus::<T>::iter_keys().count() == members,
            "ByRoleAndStatus has as many entries as there are members"
        );
        for (member, Guardianship { guardians, threshold, wait }) in Guardianships::<T>::iter() {
            ensure!(AccountOf::<T>::contains_key(member), "a stranger has guardians");
            ensure!(!guardians.is_empty(), "a guardianship has no guardians");
            ensure!(
                Self::ensure_guardians(member, &guardians, threshold, wait).is_ok(),
                "a guardianship makes no sense"
            );
        }
        for (member, proposer, recovery) in Recoveries::<T>::iter() {
            let Guardianship { guardians, threshold, .. } =
                Guardianships::<T>::get(member).ok_or("a recovery has no guardians")?;
            ensure!(guardians.contains(&proposer), "a recovery was proposed by another");
            for (at, guardian) in recovery.approvals.iter().enumerate() {
                ensure!(guardians.contains(guardian), "another has agreed to a recovery");
                ensure!(!recovery.approvals.iter().take(at).any(|other| other == guardian), "one has agreed twice");
            }
            ensure!(
                recovery.ready_at.is_some() == (recovery.approvals.len() >= threshold as usize),
                "a recovery is ready without enough agreements, or not ready with enough"
            );
        }
        let mut guardians = 0usize;
        for (member, guardianship) in Guardianships::<T>::iter() {
            let version = Self::member_by_id(member).map(|(_, found)| found.key_version);
            for guardian in &guardianship.guardians {
                guardians = guardians.saturating_add(1);
                let copy = GuardianCopies::<T>::get(member, guardian).ok_or("a guardian holds no copy")?;
                ensure!(Some(copy.of_version) <= version, "a guardian's copy is of a key that is not");
            }
        }
        ensure!(GuardianCopies::<T>::iter_keys().count() == guardians, "one who is no guardian holds a copy");
        for ((member, of_version, _), copy) in OwnCopies::<T>::iter() {
            let version = Self::member_by_id(member).map(|(_, found)| found.key_version);
            ensure!(of_version < copy.key_version, "a copy is sealed to an earlier key");
            ensure!(Some(copy.key_version) <= version, "a copy is sealed to a key that is not");
        }
        let mut staff = 0usize;
        for (account, entry) in Staff::<T>::iter() {
            staff = staff.saturating_add(1);
            ensure!(!Members::<T>::contains_key(&account), "a staff account is a member's");
            ensure!(StaffOf::<T>::contains_key(entry.institution, &account), "an institution does not list its staff");
            ensure!(frame_system::Pallet::<T>::providers(&account) > 0, "a staff account has no provider");
            let (_, institution) = Self::member_by_id(entry.institution).ok_or("staff act for nobody")?;
            ensure!(institution.role.is_institution(), "staff act for what is no institution");
            ensure!(entry.of_version <= institution.key_version, "staff hold a copy of a key that is not");
        }
        ensure!(StaffOf::<T>::iter_keys().count() == staff, "an institution lists staff that it has not");
        for (institution, count) in StaffCount::<T>::iter() {
            ensure!(StaffOf::<T>::iter_key_prefix(institution).count() == count as usize, "staff are miscounted");
            ensure!(count > 0 && count <= limits::STAFF_MAX, "an institution has too many staff");
            staff = staff.saturating_sub(count as usize);
        }
        ensure!(staff == 0, "an institution's staff are not counted");
        for (dependant, guardian) in Dependants::<T>::iter() {
            for member in [dependant, guardian] {
                let role = Self::member_by_id(member).map(|(_, found)| found.role);
                ensure!(role == Some(Role::Patient), "a dependant or its guardian is no patient");
            }
        }
        let mut of_guardian = BTreeMap::<_, u32>::new();
        for guardian in Dependants::<T>::iter_values() {
            let count = of_guardian.entry(guardian).or_default();
            *count = count.saturating_add(1);
        }
        ensure!(of_guardian == DependantCount::<T>::iter().collect(), "dependants are miscounted");
        ensure!(of_guardian.values().all(|count| *count <= limits::DEPENDANTS_MAX), "one has too many dependants");
        let role_of = |member| Self::member_by_id(member).map(|(_, found)| found.role);
        let mut affiliations = 0usize;
        for (hospital, key, _) in AffiliatedDoctors::<T>::iter() {
            affiliations = affiliations.saturating_add(1);
            ensure!(role_of(hospital) == Some(Role::Hospital), "a doctor is affiliated with what is no hospital");
            ensure!(role_of(key.into()) == Some(Role::Doctor), "what is affiliated with a hospital is no doctor");
            ensure!(
                AffiliatedHospitals::<T>::contains_key(MemberId::from(key), OrderedKey::from(hospital)),
                "a doctor does not find its hospital"
            );
        }
        ensure!(AffiliatedHospitals::<T>::iter_keys().count() == affiliations, "a doctor finds a hospital too many");
        for (_, (key, version)) in AdministratorKeys::<T>::iter() {
            ensure!(!is_small_order(&key), "an administrator's key is of small order");
            ensure!(version >= FIRST_KEY_VERSION, "an administrator's key has no version");
        }
        Ok(())
    }
}
