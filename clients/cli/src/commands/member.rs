//! `medchain member`.

use super::{access::acting_for, listing, record::upload_own, staff};
use crate::{
    arguments::{DetailArguments, MemberCommand, PageArguments},
    failure::{Failure, Result},
    moments::{shown, shown_duration},
    progress::Display,
    report::{table, Report},
    session::{transaction_report, Session},
};
use medchain_primitives::*;
use medchain_sdk::{
    account::{AccountId, Identity},
    chain::{calls, events, Details, GuardianWithCopy},
    client::{every_page, Member, MemberSelector},
    copies,
    description::{self, DocumentDetails, Profile},
    record::{self, NewRecord, Purposed, ResealedOwn, Source, Uploaded},
    statement::{MoveConsent, Voucher},
    Error,
};
use serde_json::json;
use std::path::Path;

/// The version of the key that a member registers with.
const FIRST_KEY_VERSION: KeyVersion = 1;

/// More than the description of a certificate takes, in bytes.
const DESCRIPTION_BYTES: u64 = 4096;

pub async fn run(session: &Session, command: MemberCommand) -> Result<Report> {
    match command {
        MemberCommand::Register { role, username, voucher, details } => {
            register(session, role, username, voucher, details).await
        }
        MemberCommand::Voucher { applicant, duration } => vouch(session, &applicant, duration).await,
        MemberCommand::RotateKey => rotate_key(session).await,
        MemberCommand::Reseal => Ok(with_resealed(Report::new(json!({})), &reseal_own(session).await?)),
        MemberCommand::Keys { member, administrator, page } => keys(session, member, administrator, page).await,
        MemberCommand::Copies { member } => own_copies(session, member).await,
        MemberCommand::AcceptMove { member, duration } => accept_move(session, &member, duration).await,
        MemberCommand::Move { consent } => {
            let consent: MoveConsent = consent.parse()?;
            let to = AccountId::from(consent.to);
            let copy = copy_for_move(session, session.identity().await?, &consent).await?;
            let said =
                format!("moved to {to}; act with that account from now on, and first run `medchain member reseal`");
            session.act(calls::move_account(consent, copy), said).await
        }
        MemberCommand::Guardians { guardians, threshold, wait } => {
            name_guardians(session, &guardians, threshold, wait).await
        }
        MemberCommand::Recoveries { member } => recoveries(session, member).await,
        MemberCommand::ProposeRecovery { consent } => {
            let consent: MoveConsent = consent.parse()?;
            let (member, to) = (consent.member, AccountId::from(consent.to));
            let said = format!("proposed to recover member {member} to {to}");
            session.act(calls::propose_recovery(consent), said).await
        }
        MemberCommand::ApproveRecovery { member, proposer, to } => {
            approve_recovery(session, &member, &proposer, &to).await
        }
        MemberCommand::CompleteRecovery { member, proposer } => {
            let (member, proposer) = (resolve(session, &member).await?, resolve(session, &proposer).await?);
            let said = format!(
                "recovered member {member}; it acts with its new account from now on, and its guardians give its secret \
                 back with `medchain member return-copy {member}`"
            );
            session.act(calls::complete_recovery(member, proposer), said).await
        }
        MemberCommand::ReturnCopy { member } => return_copy(session, &member).await,
        MemberCommand::ObjectToRecovery => {
            session.act(calls::object_to_recovery(), "objected: no recovery is under way any more").await
        }
        MemberCommand::Update { details } => update(session, details).await,
        MemberCommand::Verify { member, certificate } => verify(session, &member, certificate).await,
        MemberCommand::Reject { member, reason } => {
            let id = resolve(session, &member).await?;
            session.act(calls::reject(id, reason), format!("rejected member {id}: {reason}")).await
        }
        MemberCommand::Suspend { member, reason } => {
            let id = resolve(session, &member).await?;
            session.act(calls::suspend(id, reason), format!("suspended member {id}: {reason}")).await
        }
        MemberCommand::Reinstate { member } => {
            let id = resolve(session, &member).await?;
            session.act(calls::reinstate(id), format!("reinstated member {id}")).await
        }
        MemberCommand::PublishKey => publish_key(session).await,
        MemberCommand::Show { member } => {
            let member = match member {
                Some(selector) => session.client().await?.member(&selector).await?,
                None => session.me().await?,
            };
            Ok(Report::new(&member).lines(shown_member(&member)))
        }
        MemberCommand::List { role, status, page } => {
            let members = session.client().await?.members(role, status, page.after.map(MemberId), page.limit).await?;
            let none = format!("no {role} is {status}");
            Ok(listing(&members, &none, ["ID", "USERNAME", "NAME", "SPECIALITY"], |member| {
                let (name, speciality) = match &member.details {
                    Some(details) => (details.name.clone(), details.speciality.clone()),
                    None => Default::default(),
                };
                [member.id.to_string(), member.username.clone(), name, speciality]
            }))
        }
        MemberCommand::Administrators => {
            let administrators = session.client().await?.administrators().await?;
            let rows = administrators
                .iter()
                .map(|administrator| {
                    let key = match administrator.key_version {
                        0 => "none published".to_owned(),
                        version => format!("version {version}"),
                    };
                    [administrator.account.to_string(), key]
                })
                .collect();
            Ok(Report::new(&administrators).lines(table(["ADDRESS", "KEY"], rows)))
        }
    }
}

/// The number of the member that a selector names.
pub async fn resolve(session: &Session, selector: &MemberSelector) -> Result<MemberId> {
    Ok(session.client().await?.member(selector).await?.id)
}

/// Verifies a professional with the details that the chain shows now, and the certificate that was read.
async fn verify(session: &Session, selector: &MemberSelector, certificate: Option<RecordId>) -> Result<Report> {
    let member = session.client().await?.member(selector).await?;
    // The chain says what is wrong with a member that has neither.
    let certificate = certificate.or(member.own_record).unwrap_or(RecordId(0));
    let details = member.details.map(Details::from).unwrap_or_default();
    let said = format!(
        "verified member {}: {}, licence {} of {}, by certificate {certificate}",
        member.id, details.name, details.licence, details.issuer
    );
    session.act(calls::verify(member.id, certificate, details), said).await
}

async fn register(
    session: &Session,
    role: Role,
    username: String,
    voucher: Option<String>,
    details: DetailArguments,
) -> Result<Report> {
    let voucher = voucher.as_deref().map(str::parse::<Voucher>).transpose()?;
    // All that can be wrong with the arguments is found before anything is sent.
    if !(limits::USERNAME_MIN as usize..=limits::USERNAME_MAX as usize).contains(&username.len()) {
        let bounds = format!("a username has {} to {} characters", limits::USERNAME_MIN, limits::USERNAME_MAX);
        return Err(Failure::usage(bounds).hint("use a-z, 0-9, '.', '_' and '-'"));
    }
    let public = match role {
        Role::Patient => {
            // The number is not known yet; none is longer than this one.
            description::patient(&profile(&details)?, MemberId(u64::MAX))?;
            None
        }
        _ => Some(public_details(&details, role)?),
    };
    if role.is_professional() {
        check_file(certificate(&details, role)?)?;
        let administrators = session.client().await?.administrators().await?;
        if administrators.iter().all(|administrator| administrator.encryption_key.is_none()) {
            return Err(Error::NoAdministratorKeys.into());
        }
    }

    // A run that was interrupted after the registration goes on with the profile or certificate.
    let client = session.client().await?;
    let identity = session.identity().await?;
    let registered = match client.member_of(&identity.account()).await {
        Ok(member) if member.role == role && member.username == username && member.own_record.is_none() => None,
        Ok(member) => {
            return Err(Failure::new(format!("this account is registered already, as {} {}", member.role, member.id))
                .hint("change the profile or certificate with `medchain member update`"))
        }
        Err(Error::NotAMember) => {
            let key = EncryptionKey(*identity.encryption_public(FIRST_KEY_VERSION).as_bytes());
            let wait = session.wait_between();
            Some(match voucher {
                None => session.submit_until(calls::register(role, &username, key, public), wait).await?,
                Some(voucher) => {
                    let call = calls::register_vouched(role, &username, key, public, voucher);
                    session.submit_until(call, wait).await?
                }
            })
        }
        Err(error) => return Err(error.into()),
    };
    let me = match registered.as_ref().and_then(|submitted| submitted.event::<events::MemberRegistered>()) {
        Some(event) => event.member,
        None => session.me().await?.id,
    };
    let uploaded = upload_own_record(session, role, me, &details).await?;
    let report = Report::new(json!({
        "member": me,
        "role": role,
        "status": if role.is_professional() { Status::Pending } else { Status::Active },
        "username": username,
    }))
    .line(format!("registered as {role} {me} ({username})"));
    let report = with_own_record(report, role, &uploaded);
    Ok(if role.is_professional() { report.line("an administrator has to verify the certificate now") } else { report })
}

async fn vouch(session: &Session, applicant: &AccountId, duration: Moment) -> Result<Report> {
    let me = session.me().await?;
    if !me.role.is_institution() || me.status != Status::Active {
        return Err(Failure::new(format!("a {} that is {} cannot vouch", me.role, me.status))
            .hint("an active hospital or pharmacy vouches for those who are to register"));
    }
    let (identity, genesis) = (session.identity().await?, session.client().await?.genesis());
    let expires_at = statement_end(duration)?;
    let voucher = Voucher::sign(identity, genesis, me.id, applicant.as_ref(), expires_at);
    Ok(Report::new(json!({
        "voucher": voucher.to_string(),
        "institution": me.id,
        "applicant": applicant.to_string(),
        "expiresAt": expires_at,
    }))
    .line(voucher.to_string()))
}

/// When a statement that is signed now and good for so long ends.
pub fn statement_end(duration: Moment) -> Result<Moment> {
    // The chain's clock may be a little behind this machine's.
    if duration == 0 || duration > limits::STATEMENT_LIFETIME_MAX {
        return Err(Failure::usage("it can be good for thirty days at most").hint("give a shorter time with --for"));
    }
    let margin = if duration == limits::STATEMENT_LIFETIME_MAX { MINUTE } else { 0 };
    Ok(crate::moments::now().saturating_add(duration).saturating_sub(margin))
}

async fn rotate_key(session: &Session) -> Result<Report> {
    let me = session.me().await?;
    let at_hand = copies::are_at_hand(session.client().await?, session.identity().await?, &me).await?;
    let version = me.key_version.saturating_add(1);
    let key = EncryptionKey(*session.identity().await?.encryption_public(version).as_bytes());
    let submitted = session.submit_until(calls::rotate_key(key), session.wait_between()).await?;
    let mut report = transaction_report(&submitted)
        .field("member", me.id)
        .field("keyVersion", version)
        .field("encryptionKey", key)
        .line(format!("the encryption key is {key} now, version {version}"));
    if let Some(guardianship) = session.client().await?.guardianship(me.id).await? {
        report = if at_hand {
            let guardians: Vec<_> = guardianship.guardians.iter().copied().map(MemberSelector::Number).collect();
            name_guardians(session, &guardians, Some(guardianship.threshold), guardianship.wait).await?;
            report.line(format!("sealed a copy of it to {} guardians", guardians.len()))
        } else {
            report.line(
                "the guardians keep the copies that they have, the only ones of an earlier secret; once it is given back, name \
                 them again by `medchain member guardians`",
            )
        };
    }
    if me.role.is_institution() {
        let staff = staff::reseal_stale(session).await?;
        report = report.field("staff", staff).line(format!("sealed a copy of it to {staff} staff"));
    }
    Ok(with_resealed(report, &reseal_own(session).await?))
}

/// Reseals this account's records to the key in force.
async fn reseal_own(session: &Session) -> Result<ResealedOwn> {
    let display = Display::new();
    let (client, identity) = (session.client().await?, session.identity().await?);
    let progress = |progress| display.record(progress);
    Ok(record::reseal_own(client, identity, session.wait(), &progress).await?)
}

fn with_resealed(report: Report, done: &ResealedOwn) -> Report {
    let report = report
        .field("resealed", done.resealed)
        .field("carriedOver", done.carried_over)
        .field("left", &done.left)
        .field("lost", &done.lost)
        .line(format!("resealed {} records", done.resealed));
    let report = match done.carried_over {
        0 => report,
        carried => report.line(format!("{carried} of them are encrypted to the release committee's key in force now")),
    };
    let report = match done.lost.as_slice() {
        [] => report,
        lost => report.line(format!(
            "records {} are encrypted to a release key that was given up; nobody can open them",
            lost.iter().map(RecordId::to_string).collect::<Vec<_>>().join(", ")
        )),
    };
    if done.left.is_empty() {
        return report;
    }
    let left: Vec<_> = done.left.iter().map(RecordId::to_string).collect();
    report.line(format!(
        "records {} are sealed to a key of another account; ask a guardian for `medchain member return-copy`, then repeat",
        left.join(", ")
    ))
}

/// The secret of the key in force, for the account that takes a membership over. `holder` is the account that has it now.
pub async fn copy_for_move(session: &Session, holder: &Identity, consent: &MoveConsent) -> Result<Seal> {
    let client = session.client().await?;
    let member = client.member(&MemberSelector::Number(consent.member)).await?;
    let secret = holder.encryption_secret(member.key_version);
    if *secret.public().as_bytes() != member.encryption_key.0 {
        return Err(Error::UnusableKey { whom: format!("member {}", member.id) }.into());
    }
    Ok(copies::copy_to(client.genesis(), member.id, member.key_version, &secret, consent.encryption_key)?)
}

async fn return_copy(session: &Session, member: &MemberSelector) -> Result<Report> {
    let (client, identity) = (session.client().await?, session.identity().await?);
    let me = session.me().await?;
    let member = client.proven_member(member).await?;
    let copy = copies::returned_copy(client, identity, me.id, member.id, &member.key).await?;
    let said = format!("gave member {} its earlier secret back; it runs `medchain member reseal` now", member.id);
    session.act(calls::return_copy(member.id, copy), said).await
}

async fn keys(
    session: &Session,
    member: Option<MemberSelector>,
    administrator: Option<AccountId>,
    page: PageArguments,
) -> Result<Report> {
    let after = page.after.map(KeyVersion::try_from).transpose();
    let after = after.map_err(|_| Failure::usage("no key has such a version").hint("see the VERSION column"))?;
    let client = session.client().await?;
    let keys = match administrator {
        Some(administrator) => client.administrator_keys(&administrator, after, page.limit).await?,
        None => client.keys(acting_for(session, member).await?, after, page.limit).await?,
    };
    Ok(listing(&keys, "no more keys", ["VERSION", "KEY", "REPLACED"], |key| {
        [key.version.to_string(), key.key.to_string(), key.replaced_at.map_or_else(|| "in force".to_owned(), shown)]
    }))
}

async fn own_copies(session: &Session, member: Option<MemberSelector>) -> Result<Report> {
    let member = acting_for(session, member).await?;
    let client = session.client().await?;
    let copies = every_page(|cursor| client.own_copies(member, cursor, limits::PAGE_MAX)).await?;
    let report = Report::new(&copies);
    if copies.is_empty() {
        return Ok(report.line(format!("member {member} has no copies of earlier secrets")));
    }
    let rows = copies
        .iter()
        .map(|copy| [copy.of_version.to_string(), copy.seal.key_version.to_string(), copy.giver.to_string()]);
    Ok(report.lines(table(["OF VERSION", "SEALED TO VERSION", "GIVEN BY"], rows.collect())))
}

async fn name_guardians(
    session: &Session,
    guardians: &[MemberSelector],
    threshold: Option<u32>,
    wait: Moment,
) -> Result<Report> {
    let (client, identity, me) = (session.client().await?, session.identity().await?, session.me().await?);
    if !copies::are_at_hand(client, identity, &me).await? {
        return Err(Error::OnlyCopies.into());
    }
    let secret = identity.encryption_secret(me.key_version);
    let (mut ids, mut named) = (Vec::new(), Vec::new());
    for guardian in guardians {
        let guardian = client.proven_member(guardian).await?;
        let copy = copies::copy_for_guardian(client.genesis(), &me, &secret, &guardian.key)?;
        named.push(GuardianWithCopy { guardian: guardian.id, copy });
        ids.push(guardian.id);
    }
    let count = u32::try_from(ids.len()).unwrap_or(u32::MAX);
    let threshold = threshold.unwrap_or(if count == 0 { 0 } else { count / 2 + 1 });
    let said = match count {
        0 => "nobody can recover this account any more".to_owned(),
        _ => format!("{threshold} of {count} can recover this account, {} after they agree", shown_duration(wait)),
    };
    let report = session.act(calls::name_guardians(named, threshold, wait), said).await?;
    Ok(report.field("guardians", ids).field("threshold", threshold).field("wait", wait))
}

async fn recoveries(session: &Session, member: Option<MemberSelector>) -> Result<Report> {
    let id = match member {
        Some(selector) => resolve(session, &selector).await?,
        None => session.me().await?.id,
    };
    let guardianship = session.client().await?.guardianship(id).await?;
    let report = Report::new(&guardianship);
    let Some(guardianship) = guardianship else { return Ok(report.line(format!("member {id} has no guardians"))) };
    let guardians: Vec<_> = guardianship.guardians.iter().map(ToString::to_string).collect();
    let report = report.line(format!(
        "{} of {} can recover member {id}, {} after they agree",
        guardianship.threshold,
        guardians.join(", "),
        shown_duration(guardianship.wait)
    ));
    Ok(report.lines(guardianship.recoveries.iter().map(|recovery| {
        let state = match recovery.ready_at {
            Some(ready_at) => format!("can be carried out from {}", shown(ready_at)),
            None => format!("{} of {} agree", recovery.approvals.len(), guardianship.threshold),
        };
        format!("proposed by {}: to {}, {state}", recovery.proposer, recovery.to)
    })))
}

async fn approve_recovery(
    session: &Session,
    member: &MemberSelector,
    proposer: &MemberSelector,
    to: &AccountId,
) -> Result<Report> {
    let (member, proposer) = (resolve(session, member).await?, resolve(session, proposer).await?);
    let guardianship = session.client().await?.guardianship(member).await?;
    let recoveries = guardianship.map(|guardianship| guardianship.recoveries).unwrap_or_default();
    let proposed = recoveries.iter().find(|recovery| recovery.proposer == proposer && recovery.to == *to);
    let Some(recovery) = proposed else {
        return Err(Failure::new(format!(
            "member {proposer} has not proposed to recover member {member} to that account"
        ))
        .hint(format!("see `medchain member recoveries {member}`, and ask the member which account is its own")));
    };
    let call = calls::approve_recovery(member, proposer, *to.as_ref(), recovery.key);
    session.act(call, format!("agreed to recover member {member} to {to}")).await
}

async fn accept_move(session: &Session, member: &MemberSelector, duration: Moment) -> Result<Report> {
    let client = session.client().await?;
    // The version decides which key the member will have: it is read with a proof.
    let member = client.proven_member(member).await?;
    let identity = session.identity().await?;
    let expires_at = statement_end(duration)?;
    let consent = MoveConsent::sign(identity, client.genesis(), member.id, member.key.version, expires_at);
    Ok(Report::new(json!({
        "consent": consent.to_string(),
        "member": member.id,
        "to": identity.address(),
        "encryptionKey": consent.encryption_key,
        "expiresAt": expires_at,
    }))
    .line(consent.to_string()))
}

async fn update(session: &Session, details: DetailArguments) -> Result<Report> {
    let me = session.me().await?;
    let mut report = Report::new(json!({ "member": me.id }));
    if me.role == Role::Patient {
        let uploaded = upload_own_record(session, me.role, me.id, &details).await?;
        return Ok(with_own_record(report, me.role, &uploaded));
    }
    if details.certificate.is_some() {
        let uploaded = upload_own_record(session, me.role, me.id, &details).await?;
        report = with_own_record(report, me.role, &uploaded);
    }
    let changed = details.name.is_some()
        || details.licence.is_some()
        || details.issuer.is_some()
        || details.speciality.is_some()
        || details.address.is_some();
    if changed {
        let old = me.details.clone().map(Details::from).unwrap_or_default();
        let new = Details {
            name: details.name.unwrap_or(old.name),
            licence: details.licence.unwrap_or(old.licence),
            issuer: details.issuer.unwrap_or(old.issuer),
            speciality: details.speciality.unwrap_or(old.speciality),
            address: details.address.unwrap_or(old.address),
        };
        check_lengths(&new)?;
        session.submit(calls::update_details(new)).await?;
        report = report.line("details changed");
    } else if me.status == Status::Rejected {
        session.submit(calls::apply_again()).await?;
        report = report.line("applied again");
    } else if details.certificate.is_none() {
        return Err(Failure::usage("nothing to change was given").hint("see medchain member update --help"));
    }
    Ok(report)
}

async fn publish_key(session: &Session) -> Result<Report> {
    let client = session.client().await?;
    let identity = session.identity().await?;
    let account = identity.account();
    let administrators = client.administrators().await?;
    let mine = administrators.iter().find(|administrator| administrator.account == account).ok_or_else(|| {
        Failure::new("this account is not an administrator").hint("see `medchain member administrators`")
    })?;
    let version = mine.key_version.saturating_add(1);
    let key = EncryptionKey(*identity.encryption_public(version).as_bytes());
    let submitted = session.submit(calls::publish_administrator_key(key)).await?;
    Ok(transaction_report(&submitted)
        .field("keyVersion", version)
        .field("encryptionKey", key)
        .line(format!("published encryption key {key}, version {version}")))
}

async fn upload_own_record(session: &Session, role: Role, me: MemberId, details: &DetailArguments) -> Result<Uploaded> {
    let (kind, description, source) = match role {
        Role::Patient => {
            let patient = description::patient(&profile(details)?, me)?;
            (RecordKind::Profile, patient.clone(), Source::Bytes(patient))
        }
        _ => {
            let file = certificate(details, role)?;
            check_file(file)?;
            let document = DocumentDetails {
                title: Some("Certificate".to_owned()),
                file_name: file_name(file),
                ..DocumentDetails::default()
            };
            let now = crate::moments::now();
            let reference = description::document_reference(&document, RecordKind::Certificate, me, me, now)?;
            (RecordKind::Certificate, reference, Source::File(file.to_path_buf()))
        }
    };
    let new =
        NewRecord { patient: me, kind, fills: 0, valid_until: None, purposed: Purposed::Anchor, description, source };
    upload_own(session, new).await
}

fn with_own_record(report: Report, role: Role, uploaded: &Uploaded) -> Report {
    let what = if role == Role::Patient { "profile" } else { "certificate" };
    let number = uploaded.record.map_or_else(|| "anchoring".to_owned(), |record| format!("record {record}"));
    report
        .field("record", uploaded.record)
        .field("content", &uploaded.content)
        .field("size", uploaded.size)
        .field("envelope", uploaded.envelope)
        .line(format!(
            "{what}: {number}, {} encrypted, {}",
            crate::report::shown_bytes(uploaded.size),
            uploaded.content
        ))
}

fn profile(details: &DetailArguments) -> Result<Profile> {
    let name = details
        .name
        .clone()
        .ok_or_else(|| Failure::usage("a patient's name is missing").hint("give it with --name; it is encrypted"))?;
    Ok(Profile {
        name,
        email: details.email.clone(),
        blood_group: details.blood_group.clone(),
        address: details.address.clone(),
    })
}

fn public_details(details: &DetailArguments, role: Role) -> Result<Details> {
    let required = |value: &Option<String>, option: &str| {
        value.clone().ok_or_else(|| {
            Failure::usage(format!("a {role} needs {option}"))
                .hint("professionals give --name, --licence, --issuer and --certificate")
        })
    };
    let public = Details {
        name: required(&details.name, "--name")?,
        licence: required(&details.licence, "--licence")?,
        issuer: required(&details.issuer, "--issuer")?,
        speciality: details.speciality.clone().unwrap_or_default(),
        address: details.address.clone().unwrap_or_default(),
    };
    check_lengths(&public)?;
    Ok(public)
}

/// Longer texts would not even decode on chain.
fn check_lengths(details: &Details) -> Result<()> {
    let texts = [&details.name, &details.licence, &details.issuer, &details.speciality, &details.address];
    if texts.iter().any(|text| text.len() > limits::DETAIL_MAX as usize) {
        return Err(Failure::usage(format!("a detail is longer than {} bytes", limits::DETAIL_MAX)).hint("shorten it"));
    }
    Ok(())
}

fn certificate(details: &DetailArguments, role: Role) -> Result<&Path> {
    details.certificate.as_deref().ok_or_else(|| {
        Failure::usage(format!("a {role} needs --certificate"))
            .hint("give the file that the administrators are to read")
    })
}

/// Whether a file can be a certificate.
fn check_file(path: &Path) -> Result<()> {
    let metadata = std::fs::metadata(path).map_err(|error| Error::file("reading", path, &error))?;
    if metadata.is_dir() {
        return Err(Error::file("reading", path, &std::io::Error::from(std::io::ErrorKind::IsADirectory)).into());
    }
    record::check_size(RecordKind::Certificate, DESCRIPTION_BYTES, metadata.len())?;
    // Whether it can be read at all.
    std::fs::File::open(path).map_err(|error| Error::file("reading", path, &error))?;
    Ok(())
}

/// The name of a file without its folders.
pub fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn shown_member(member: &Member) -> Vec<String> {
    let mut lines = vec![
        format!("{} {} ({})", member.role, member.id, member.username),
        format!("status:      {}", member.status),
        format!("account:     {}", member.account),
        format!("registered:  {}", shown(member.registered_at)),
        format!("key:         {}, version {}", member.encryption_key, member.key_version),
    ];
    lines.extend(member.reason.map(|reason| format!("reason:      {reason}")));
    lines.extend(member.own_record.map(|record| {
        let what = if member.role == Role::Patient { "profile" } else { "certificate" };
        format!("{:<13}record {record}", format!("{what}:"))
    }));
    if let Some(details) = &member.details {
        lines.push(format!("name:        {}", details.name));
        lines.push(format!("licence:     {}, {}", details.licence, details.issuer));
        for (label, text) in [("speciality:", &details.speciality), ("address:", &details.address)] {
            if !text.is_empty() {
                lines.push(format!("{label:<13}{text}"));
            }
        }
    }
    lines
}
