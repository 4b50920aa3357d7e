use super::*;

#[test]
fn a_member_is_found_by_account_number_and_username() {
    ExtBuilder::default().with_patient().with_doctor(Status::Suspended).build_and_execute(|| {
        let info = <Registry as MemberDirectory<AccountId>>::by_account(&DOCTOR).unwrap();
        assert_eq!(info, member(DOCTOR).info());
        assert_eq!(info.status, Status::Suspended);
        assert_eq!(<Registry as MemberDirectory<AccountId>>::by_id(info.id), Some(info));
        assert_eq!(Registry::member_by_id(info.id), Some((DOCTOR, member(DOCTOR))));
        assert_eq!(Registry::member_by_username(b"member20"), Some((DOCTOR, member(DOCTOR))));
    });
}

#[test]
fn a_stranger_is_not_found() {
    ExtBuilder::default().with_patient().build_and_execute(|| {
        assert_eq!(<Registry as MemberDirectory<AccountId>>::by_account(&STRANGER), None);
        assert_eq!(<Registry as MemberDirectory<AccountId>>::by_id(MemberId(9)), None);
        assert_eq!(Registry::member_by_username(b"member40"), None);
        assert_eq!(Registry::member_by_username(&[b'a'; 100]), None);
    });
}

#[test]
fn members_are_listed_by_number_page_by_page() {
    let mut chain = ExtBuilder::default();
    // More than 256, so that the order of the bytes matters.
    for account in 1_000..1_300 {
        chain = chain.with(account, Role::Patient, Status::Active);
    }
    chain.with_doctor(Status::Pending).build_and_execute(|| {
        let (mut cursor, mut listed) = (None, Vec::new());
        loop {
            let page = Registry::members_page(Role::Patient, Status::Active, cursor, 70);
            let Some((_, last)) = page.last() else { break };
            assert!(page.len() <= 70);
            cursor = Some(last.id);
            listed.extend(page.into_iter().map(|(account, member)| {
                assert_eq!(id(account), member.id);
                member.id.0
            }));
        }
        assert_eq!(listed, (1001..1301).collect::<Vec<_>>());
        assert_eq!(Registry::members_page(Role::Doctor, Status::Pending, None, 10).len(), 1);
        assert!(Registry::members_page(Role::Doctor, Status::Active, None, 10).is_empty());
        assert!(Registry::members_page(Role::Patient, Status::Active, None, 0).is_empty());
    });
}

#[test]
fn a_listing_follows_a_change_of_status() {
    ExtBuilder::default().with_doctor(Status::Active).build_and_execute(|| {
        assert_eq!(Registry::members_page(Role::Doctor, Status::Active, None, 10).len(), 1);
        assert_ok!(Registry::suspend(signed(ADMINISTRATOR), id(DOCTOR), VettingReason::OwnWish));
        assert!(Registry::members_page(Role::Doctor, Status::Active, None, 10).is_empty());
        let suspended = Registry::members_page(Role::Doctor, Status::Suspended, None, 10);
        assert_eq!(suspended, vec![(DOCTOR, member(DOCTOR))]);
    });
}
