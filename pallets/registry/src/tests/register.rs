use super::*;

fn patient_named(name: &str) -> frame_support::dispatch::DispatchResult {
    Registry::register(signed(PATIENT), Role::Patient, username(name), KEY, None)
}

#[test]
fn a_patient_is_active_at_once() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(patient_named("test.patient"));
        let expected = Member {
            id: MemberId(1001),
            role: Role::Patient,
            status: Status::Active,
            reason: None,
            username: username("test.patient"),
            encryption_key: KEY,
            key_version: 1,
            details: None,
            registered_at: NOW,
            vouched_by: None,
        };
        assert_eq!(member(PATIENT), expected);
        assert_eq!(
            last_event(),
            Event::MemberRegistered { member: MemberId(1001), account: PATIENT, role: Role::Patient, vouched_by: None }
        );
    });
}

#[test]
fn an_account_that_something_else_refers_to_registers_like_any_other() {
    ExtBuilder::default().build_and_execute(|| {
        System::inc_providers(&PATIENT);
        assert_ok!(patient_named("test.patient"));
        assert_eq!(member(PATIENT).id, MemberId(1001));
        assert_noop!(patient_named("again"), Error::<Test>::AlreadyRegistered);
    });
}

#[test]
fn doctors_hospitals_and_pharmacies_wait_for_an_administrator() {
    ExtBuilder::default().build_and_execute(|| {
        for (account, role) in [(DOCTOR, Role::Doctor), (HOSPITAL, Role::Hospital), (STRANGER, Role::Pharmacy)] {
            let name = username(role.name());
            assert_ok!(Registry::register(signed(account), role, name, KEY, Some(details())));
            assert_eq!(member(account).status, Status::Pending);
            assert_eq!(member(account).details, Some(details()));
        }
        assert_eq!(id(DOCTOR), MemberId(1001));
        assert_eq!(id(HOSPITAL), MemberId(1002));
    });
}

#[test]
fn a_fresh_account_gets_a_provider_reference() {
    ExtBuilder::default().build_and_execute(|| {
        assert_eq!(System::providers(&PATIENT), 0);
        assert_ok!(patient_named("patient"));
        assert_eq!(System::providers(&PATIENT), 1);
    });
}

#[test]
fn only_a_signed_origin_registers() {
    ExtBuilder::default().build_and_execute(|| {
        for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
            assert_noop!(Registry::register(origin, Role::Patient, username("patient"), KEY, None), BadOrigin);
        }
    });
}

#[test]
fn a_member_does_not_register_twice() {
    ExtBuilder::default().with_patient().build_and_execute(|| {
        assert_noop!(patient_named("another"), Error::<Test>::AlreadyRegistered);
        assert_noop!(
            Registry::register(signed(PATIENT), Role::Doctor, username("doctor"), KEY, Some(details())),
            Error::<Test>::AlreadyRegistered
        );
    });
}

#[test]
fn an_administrator_does_not_become_a_member() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(
            Registry::register(signed(ADMINISTRATOR), Role::Patient, username("admin"), KEY, None),
            Error::<Test>::AdministratorCannotBeMember
        );
    });
}

#[test]
fn a_patient_publishes_no_details() {
    ExtBuilder::default().build_and_execute(|| {
        assert_noop!(
            Registry::register(signed(PATIENT), Role::Patient, username("patient"), KEY, Some(details())),
            Error::<Test>::DetailsNotForPatients
        );
    });
}

#[test]
fn a_doctor_gives_details_that_can_be_vetted() {
    ExtBuilder::default().build_and_execute(|| {
        let register = |details| Registry::register(signed(DOCTOR), Role::Doctor, username("doctor"), KEY, details);
        assert_noop!(register(None), Error::<Test>::DetailsMissing);
        for blank in ["", "   ", "\u{2003}"] {
            for flawed in [
                Details { name: detail(blank), ..details() },
                Details { licence: detail(blank), ..details() },
                Details { issuer: detail(blank), ..details() },
            ] {
                assert_noop!(register(Some(flawed)), Error::<Test>::DetailBlank);
            }
        }
        let not_utf8: Detail = vec![b'D', b'r', 0xff].try_into().unwrap();
        for flawed in [
            Details { name: not_utf8.clone(), ..details() },
            Details { address: not_utf8, ..details() },
            Details { speciality: detail("a\nb"), ..details() },
            Details { issuer: detail("a\u{9b}31m"), ..details() },
        ] {
            assert_noop!(register(Some(flawed)), Error::<Test>::DetailNotText);
        }
        assert_ok!(register(Some(Details { speciality: detail(""), address: detail("大街 1 号"), ..details() })));
    });
}

#[test]
fn a_key_to_which_nothing_can_be_sealed_is_refused() {
    ExtBuilder::default().build_and_execute(|| {
        let register = |key| Registry::register(signed(PATIENT), Role::Patient, username("patient"), key, None);
        let mut field_prime = [0xff; 32];
        field_prime[31] = 0x7f;
        let near_prime = |first| {
            let mut bytes = field_prime;
            bytes[0] = first;
            bytes
        };
        let mut one = [0; 32];
        one[0] = 1;
        // The two points of order eight.
        let order_8 = [
            [
                0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a, 0xda,
                0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00,
            ],
            [
                0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef, 0x5b, 0x04,
                0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57,
            ],
        ];
        let near_prime = [near_prime(0xec), near_prime(0xed), near_prime(0xee)];
        for point in [[0; 32], one].into_iter().chain(order_8).chain(near_prime) {
            assert_noop!(register(EncryptionKey(point)), Error::<Test>::EncryptionKeyTooWeak);
            // The same point with the bit set that X25519 ignores.
            let mut alias = point;
            alias[31] |= 0x80;
            assert_noop!(register(EncryptionKey(alias)), Error::<Test>::EncryptionKeyTooWeak);
        }
        let base_point = {
            let mut bytes = [0; 32];
            bytes[0] = 9;
            bytes
        };
        assert_ok!(register(EncryptionKey(base_point)));
    });
}

#[test]
fn a_username_has_its_form_and_each_flaw_its_error() {
    ExtBuilder::default().build_and_execute(|| {
        for name in ["", "a", "ab"] {
            assert_noop!(patient_named(name), Error::<Test>::UsernameTooShort);
        }
        for name in ["Patient", "paTient", "patienT"] {
            assert_noop!(patient_named(name), Error::<Test>::UsernameNotLowerCase);
        }
        for name in ["pat ient", "pat@ient", "patiént", "пациент", "pat\0ient", "pat/ient"] {
            assert_noop!(patient_named(name), Error::<Test>::UsernameCharacterUnknown);
        }
        for name in [".patient", "patient.", "-patient", "patient_", "..."] {
            assert_noop!(patient_named(name), Error::<Test>::UsernameEdgeNotAlphanumeric);
        }
        for name in ["pat..ient", "pat.-ient", "pat__ient"] {
            assert_noop!(patient_named(name), Error::<Test>::UsernameSeparatorsAdjacent);
        }
        assert!(Username::try_from(vec![b'a'; 33]).is_err());
    });
}

#[test]
fn usernames_of_every_allowed_form_are_had() {
    ExtBuilder::default().build_and_execute(|| {
        let longest = "a".repeat(32);
        for (account, name) in (100u64..).zip(["abc", "123", "a.b_c-d", "0-0", &longest]) {
            assert_ok!(Registry::register(signed(account), Role::Patient, username(name), KEY, None));
        }
    });
}

#[test]
fn a_username_is_had_once() {
    ExtBuilder::default().build_and_execute(|| {
        assert_ok!(patient_named("test.member"));
        assert_noop!(
            Registry::register(signed(DOCTOR), Role::Doctor, username("test.member"), KEY, Some(details())),
            Error::<Test>::UsernameTaken
        );
    });
}

#[test]
fn a_username_that_looks_like_another_is_refused() {
    ExtBuilder::default().build_and_execute(|| {
        for (account, name) in (100u64..).zip(["anna.lo-01", "barn", "ronny", "tom1"]) {
            assert_ok!(Registry::register(signed(account), Role::Patient, username(name), KEY, None));
        }
        let alike = ["anna-lo-01", "anna_lo.01", "anna.1o-0l", "anna.l0-ol", "bam", "r0nny", "toml"];
        for name in alike {
            assert_noop!(patient_named(name), Error::<Test>::UsernameTaken);
            // Nor does one lead to the other.
            assert_eq!(Registry::member_by_username(name.as_bytes()), None);
        }
        assert_eq!(Registry::member_by_username(b"anna.lo-01").map(|(account, _)| account), Some(100));
        for (account, name) in (200u64..).zip(["annalo01", "anna.lo-02", "bran", "romy", "t0m2"]) {
            assert_ok!(Registry::register(signed(account), Role::Patient, username(name), KEY, None));
        }
        for name in ["a.b_c-d", "rnrn", "r1n0", "mmm", "rrnn"] {
            let once = look(&username(name));
            assert_eq!(look(&once), once);
        }
    });
}

#[test]
fn numbers_that_have_run_out_are_not_given_twice() {
    ExtBuilder::default().build_and_execute(|| {
        NextMemberId::<Test>::put(MemberId(u64::MAX));
        assert_noop!(patient_named("patient"), ArithmeticError::Overflow);
        NextMemberId::<Test>::kill();
    });
}
