//! Floods against a running node: from one account, from ten thousand fresh ones, and of bytes that are no transactions.
//!
//! While each lasts, others' acts are included within twice the blocks that they need on the idle node, and so are
//! registrations that an institution vouches for. Blocks are counted and not seconds, so that a slow machine changes nothing.
//! That such floods do delay others once the quotas are taken out of the transaction extensions, `runtime/tests/floods.rs`
//! shows with the same floods on a chain without them.

use anyhow::{ensure, Context, Result};
use medchain_primitives::{EncryptionKey, MemberId, Role};
use medchain_sdk::{
    chain::{calls, Payload},
    client::{MemberSelector, Wait},
    statement::Voucher,
    Client, Identity,
};
use medchain_tests::{
    args, block_on,
    life::{self, ADMINISTRATOR, DOCTOR, HOSPITAL, PATIENT},
    rpc::Rpc,
    scenario, tests,
    world::World,
};
use serde_json::{json, Value};
use std::{
    process::ExitCode,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// How many fresh accounts there are.
const FRESH: usize = 10_000;
/// How many acts are timed, idle and in a flood.
const ACTS: u64 = 6;
/// How many senders a flood has.
const SENDERS: usize = 4;
/// A key that seals can be made to.
const KEY: EncryptionKey = EncryptionKey([9; 32]);

fn main() -> ExitCode {
    scenario::run(
        Flooded::make,
        tests![
            a_flood_from_one_account_delays_nobody,
            a_flood_of_what_is_no_transaction_delays_nobody,
            ten_thousand_fresh_accounts_delay_neither_members_nor_the_vouched,
        ],
    )
}

/// A node with members, and how long their acts take while it is idle.
struct Flooded {
    world: World,
    /// Connected before anything is timed: its connection is not what floods delay.
    client: Client,
    hospital: MemberId,
    /// Blocks that [`ACTS`] acts needed.
    idle: u64,
}

impl Flooded {
    fn make() -> Result<Self> {
        let world = World::make()?;
        world.cli.json(None, args!["account", "new", HOSPITAL])?;
        life::register_professional(&world.cli, HOSPITAL, "hospital", world.folder())?;
        let client = world.client()?;
        let hospital = block_on(client.member(&MemberSelector::Username(HOSPITAL.to_owned())))?.id;
        world.cli.json(Some(ADMINISTRATOR), args!["member", "verify", hospital.to_string()])?;
        let mut flooded = Self { world, client, hospital, idle: 0 };
        flooded.idle = flooded.acts()?;
        println!("     {ACTS} acts take {} blocks on the idle node", flooded.idle);
        Ok(flooded)
    }

    /// How many blocks a doctor's acts need, each from its submission to its inclusion, if all need as many as the middle one.
    fn acts(&self) -> Result<u64> {
        let doctor = self.world.cli.identity(DOCTOR)?;
        let call = || calls::name_guardians(Vec::new(), 0, 0);
        let mut blocks = (0..ACTS).map(|_| self.blocks(&call(), &doctor)).collect::<Result<Vec<_>>>()?;
        println!("     {ACTS} acts take these blocks: {blocks:?}");
        blocks.sort_unstable();
        Ok(ACTS * blocks[blocks.len() / 2])
    }

    fn blocks(&self, call: &impl Payload, signer: &Identity) -> Result<u64> {
        let rpc = self.world.node.rpc()?;
        let before = rpc.best()?;
        let block = block_on(self.client.submit(call, signer, Wait::InBlock, &|_| ()))?.block.context("no block")?;
        let header = rpc.answer("chain_getHeader", vec![json!(format!("0x{}", hex::encode(block)))])?;
        let number = header["number"].as_str().and_then(|text| u64::from_str_radix(text.get(2..)?, 16).ok());
        Ok(number.context("a header without a number")?.saturating_sub(before))
    }

    /// Has senders send until an act in the middle of it is over.
    fn during<Outcome>(
        &self,
        send: impl Fn(&Rpc, usize) -> Result<bool> + Sync,
        act: impl FnOnce() -> Result<Outcome>,
    ) -> Result<Outcome> {
        let (over, next) = (AtomicBool::new(false), AtomicUsize::new(0));
        thread::scope(|scope| {
            let senders: Vec<_> = (0..SENDERS)
                .map(|_| {
                    scope.spawn(|| -> Result<()> {
                        let rpc = self.world.node.rpc()?;
                        while !over.load(Ordering::Relaxed) {
                            if !send(&rpc, next.fetch_add(1, Ordering::Relaxed))? {
                                break;
                            }
                        }
                        Ok(())
                    })
                })
                .collect();
            // Until the flood has risen.
            thread::sleep(Duration::from_secs(4));
            let outcome = act();
            over.store(true, Ordering::Relaxed);
            for sender in senders {
                match sender.join() {
                    Ok(result) => result?,
                    Err(_) => anyhow::bail!("a sender panicked"),
                }
            }
            println!("     {} were sent", next.load(Ordering::Relaxed));
            outcome
        })
    }

    fn ensure_undelayed(&self, blocks: u64) -> Result<()> {
        println!("     {ACTS} acts take {blocks} blocks in the flood, {} idle", self.idle);
        ensure!(blocks <= 2 * self.idle, "others wait {blocks} blocks instead of {}", self.idle);
        Ok(())
    }
}

fn submit(rpc: &Rpc, transaction: &[u8]) -> Result<()> {
    // A refusal is what most of a flood comes to.
    rpc.call("author_submitExtrinsic", vec![Value::String(format!("0x{}", hex::encode(transaction)))]).map(drop)
}

fn a_flood_from_one_account_delays_nobody(flooded: &mut Flooded) -> Result<()> {
    let client = flooded.world.client()?;
    let patient = flooded.world.cli.identity(PATIENT)?;
    let address = patient.address();
    let nonce = flooded.world.node.rpc()?.answer("system_accountNextIndex", vec![json!(address)])?;
    let first = nonce.as_u64().context("no nonce")?;
    let all = (first..first + 2_000).map(|nonce| (calls::name_guardians(Vec::new(), 0, 0), &patient, nonce));
    let transactions = block_on(client.sign_in_advance(all))?;
    // In turn and again from the start, as long as it takes.
    let send = |rpc: &Rpc, index: usize| {
        let transaction = transactions.get(index % transactions.len()).context("nothing to send")?;
        submit(rpc, transaction).map(|()| true)
    };
    let blocks = flooded.during(send, || flooded.acts())?;
    flooded.ensure_undelayed(blocks)
}

fn a_flood_of_what_is_no_transaction_delays_nobody(flooded: &mut Flooded) -> Result<()> {
    let client = flooded.world.client()?;
    let signer = flooded.world.cli.identity(PATIENT)?;
    let signed = block_on(client.sign_in_advance([(calls::name_guardians(Vec::new(), 0, 0), &signer, 0)]))?;
    let signed = signed.into_iter().next().context("nothing was signed")?;
    let send = |rpc: &Rpc, index: usize| {
        let mut bytes = signed.clone();
        match index % 4 {
            // Another signature, another call, a half, nothing but noise.
            0 => bytes.iter_mut().skip(40).take(8).for_each(|byte| *byte ^= 0x55),
            1 => bytes.iter_mut().rev().take(3).for_each(|byte| *byte ^= index as u8),
            2 => bytes.truncate(index % signed.len()),
            _ => bytes = index.to_le_bytes().repeat(index % 64 + 1),
        }
        submit(rpc, &bytes).map(|()| true)
    };
    let blocks = flooded.during(send, || flooded.acts())?;
    flooded.ensure_undelayed(blocks)
}

fn ten_thousand_fresh_accounts_delay_neither_members_nor_the_vouched(flooded: &mut Flooded) -> Result<()> {
    let client = flooded.world.client()?;
    let fresh = |number: usize| Identity::from_seed_hex(&format!("0x{number:064x}"));
    let accounts = (1..=FRESH).map(fresh).collect::<Result<Vec<_>, _>>()?;
    let all = accounts
        .iter()
        .enumerate()
        .map(|(number, account)| (calls::register(Role::Patient, &format!("fresh-{number}"), KEY, None), account, 0));
    let transactions = block_on(client.sign_in_advance(all))?;
    let applicant = fresh(FRESH + 1)?;
    let genesis = flooded.world.node.rpc()?.answer("chain_getBlockHash", vec![json!(0)])?;
    let genesis = hex::decode(genesis.as_str().unwrap_or_default().trim_start_matches("0x"))?;
    let genesis = <[u8; 32]>::try_from(genesis).ok().context("the genesis hash has another length")?;
    let now = u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
    let account: [u8; 32] = applicant.account().into();
    let hospital = flooded.world.cli.identity(HOSPITAL)?;
    let voucher = Voucher::sign(&hospital, genesis, flooded.hospital, &account, now + 3_600_000);
    let send = |rpc: &Rpc, index: usize| match transactions.get(index) {
        Some(transaction) => submit(rpc, transaction).map(|()| true),
        None => Ok(false),
    };
    let (blocks, vouched) = flooded.during(send, || {
        let vouched = calls::register_vouched(Role::Patient, "vouched-one", KEY, None, voucher);
        Ok((flooded.acts()?, flooded.blocks(&vouched, &applicant)?))
    })?;
    println!("     a registration that is vouched for takes {vouched} blocks");
    ensure!(vouched * ACTS <= 2 * flooded.idle, "the vouched wait {vouched} blocks");
    flooded.ensure_undelayed(blocks)
}
