use super::*;
use sp_runtime::testing::TestSignature;

fn vouched(voucher: Voucher<AccountId, TestSignature>) -> frame_support::dispatch::DispatchResult {
    Registry::register_vouched(signed(PATIENT), Role::Patient, username("vouched"), KEY, None, voucher)
}

fn with_hospital(status: Status) -> ExtBuilder {
    ExtBuilder::default().with(HOSPITAL, Role::Hospital, status)
}

#[test]
fn a_patient_registers_with_the_word_of_a_hospital() {
    with_hospital(Status::Active).build_and_execute(|| {
        assert_ok!(vouched(voucher(HOSPITAL, id(HOSPITAL), PATIENT)));
        assert_eq!(member(PATIENT).vouched_by, Some(id(HOSPITAL)));
        assert_eq!(member(PATIENT).status, Status::Active);
        let (member, vouched_by) = (id(PATIENT), Some(id(HOSPITAL)));
        assert_eq!(last_event(), Event::MemberRegistered { member, account: PATIENT, role: Role::Patient, vouched_by });
    });
}

#[test]
fn a_vouched_doctor_still_waits_for_an_administrator() {
    with_hospital(Status::Active).build_and_execute(|| {
        let voucher = voucher(HOSPITAL, id(HOSPITAL), DOCTOR);
        let details = Some(details());
        assert_ok!(Registry::register_vouched(signed(DOCTOR), Role::Doctor, username("doctor"), KEY, details, voucher));
        assert_eq!(member(DOCTOR).status, Status::Pending);
    });
}

#[test]
fn a_voucher_that_a_wallet_wrapped_is_taken() {
    with_hospital(Status::Active).build_and_execute(|| {
        let mut voucher = voucher(HOSPITAL, id(HOSPITAL), PATIENT);
        voucher.signature.1 = wrapped(core::str::from_utf8(&voucher.signature.1).unwrap());
        assert_ok!(vouched(voucher));
    });
}

#[test]
fn a_voucher_serves_the_account_that_it_names_alone() {
    with_hospital(Status::Active).build_and_execute(|| {
        assert_noop!(vouched(voucher(HOSPITAL, id(HOSPITAL), STRANGER)), Error::<Test>::VoucherForged);
    });
}

#[test]
fn a_voucher_serves_once() {
    with_hospital(Status::Active).build_and_execute(|| {
        let voucher = voucher(HOSPITAL, id(HOSPITAL), PATIENT);
        assert_ok!(vouched(voucher.clone()));
        assert_noop!(vouched(voucher.clone()), Error::<Test>::AlreadyRegistered);
        // Nor again after the member has left the account.
        let consent = consent_to_move(id(PATIENT), STRANGER, OTHER_KEY);
        assert_ok!(Registry::move_account(signed(PATIENT), STRANGER, OTHER_KEY, NOW + DAY, consent, SEAL));
        assert_noop!(vouched(voucher), Error::<Test>::AccountRetired);
    });
}

#[test]
fn a_voucher_of_another_chain_is_refused() {
    with_hospital(Status::Active).build_and_execute(|| {
        let mut voucher = voucher(HOSPITAL, id(HOSPITAL), PATIENT);
        let statement = VoucherStatement {
            genesis: &[9; 32],
            applicant: &bytes(PATIENT),
            institution: voucher.institution,
            expires_at: voucher.expires_at,
        };
        voucher.signature.1 = statement.text().into_bytes();
        assert_noop!(vouched(voucher), Error::<Test>::VoucherForged);
    });
}

#[test]
fn a_voucher_ends_and_is_not_good_for_ever() {
    with_hospital(Status::Active).build_and_execute(|| {
        let ending = |expires_at| {
            let mut voucher = voucher(HOSPITAL, id(HOSPITAL), PATIENT);
            voucher.expires_at = expires_at;
            let statement = VoucherStatement {
                genesis: &genesis(),
                applicant: &bytes(PATIENT),
                institution: voucher.institution,
                expires_at,
            };
            voucher.signature.1 = statement.text().into_bytes();
            voucher
        };
        assert_noop!(vouched(ending(NOW)), Error::<Test>::StatementExpired);
        assert_noop!(vouched(ending(NOW + limits::STATEMENT_LIFETIME_MAX + 1)), Error::<Test>::StatementTooLong);
        assert_ok!(vouched(ending(NOW + limits::STATEMENT_LIFETIME_MAX)));
    });
}

#[test]
fn only_an_active_institution_vouches() {
    for status in [Status::Pending, Status::Rejected, Status::Suspended] {
        with_hospital(status).build_and_execute(|| {
            assert_noop!(vouched(voucher(HOSPITAL, id(HOSPITAL), PATIENT)), Error::<Test>::InstitutionNotActive);
        });
    }
    ExtBuilder::default().with_doctor(Status::Active).build_and_execute(|| {
        assert_noop!(vouched(voucher(DOCTOR, id(DOCTOR), PATIENT)), Error::<Test>::InstitutionNotActive);
        assert_noop!(vouched(voucher(DOCTOR, MemberId(9), PATIENT)), Error::<Test>::InstitutionNotActive);
    });
}

#[test]
fn nobody_else_vouches_in_a_hospital_s_name() {
    with_hospital(Status::Active).with_doctor(Status::Active).build_and_execute(|| {
        for signer in [DOCTOR, STRANGER, PATIENT] {
            let voucher = voucher(signer, id(HOSPITAL), PATIENT);
            assert_noop!(vouched(voucher), Error::<Test>::VoucherNotByInstitution);
        }
    });
}

#[test]
fn a_voucher_excuses_from_no_other_rule() {
    with_hospital(Status::Active).build_and_execute(|| {
        let voucher = || voucher(HOSPITAL, id(HOSPITAL), PATIENT);
        let register = |role, name: &str, key, details| {
            Registry::register_vouched(signed(PATIENT), role, username(name), key, details, voucher())
        };
        assert_noop!(register(Role::Patient, "Upper", KEY, None), Error::<Test>::UsernameNotLowerCase);
        assert_noop!(
            register(Role::Patient, "weak", EncryptionKey([0; 32]), None),
            Error::<Test>::EncryptionKeyTooWeak
        );
        assert_noop!(register(Role::Doctor, "doctor", KEY, None), Error::<Test>::DetailsMissing);
        assert_noop!(register(Role::Patient, "patient", KEY, Some(details())), Error::<Test>::DetailsNotForPatients);
        AdministratorSet::set(vec![ADMINISTRATOR, OTHER_ADMINISTRATOR, PATIENT]);
        assert_noop!(register(Role::Patient, "admin", KEY, None), Error::<Test>::AdministratorCannotBeMember);
    });
}
