//! `medchain-crypto-bench`: encryption and decryption of a content as age files beside the raw AEAD of the same crate, and seals
//! a second, on one core. `scripts/bench.sh crypto` runs it.

use anyhow::{anyhow, ensure, Result};
use chacha20poly1305::{aead::AeadInPlace, ChaCha20Poly1305, KeyInit, Nonce, Tag};
use clap::Parser;
use medchain_bench_report::{Figure, Goal, Plot, Section};
use medchain_sealing::{
    content::{decrypt, encrypt},
    keys::EncryptionSecret,
    record_key::{CommitteeHalf, PatientHalf, RecordKey},
    seal::{open_seal, seal, SealContext, SealRecipient},
};
use std::{
    io,
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant},
};

const MIB: usize = 1024 * 1024;
/// Age encrypts in chunks of this size.
const CHUNK: usize = 64 * 1024;
/// How often each is repeated, in turn with the others; the best counts.
const TIMES: usize = 5;
const BOUND: &str =
    "age copies each chunk between buffers, and the build optimises this crate and the ciphers, not every crate \
                     between them";

/// Measures encryption.
#[derive(Debug, Parser)]
#[command(name = "scripts/bench.sh crypto", bin_name = "scripts/bench.sh crypto")]
struct Arguments {
    /// Encrypt 32 MiB instead of 256.
    #[arg(long)]
    quick: bool,
    /// Write the figures to this file.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

fn main() -> ExitCode {
    match measure(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn measure(arguments: &Arguments) -> Result<()> {
    let mib = if arguments.quick { 32 } else { 256 };
    let mut section = Section::new("crypto");
    section.note(format!(
        "A content of {mib} MiB in memory, on one core, best of {TIMES}, in turn; ChaCha20-Poly1305 raw in chunks of 64 KiB, as age \
         has them: in place, and from one buffer into another, as age writes. What a browser does is in the section browser."
    ));
    let plain: Vec<u8> = (0..mib * MIB).map(|at| (at % 251) as u8).collect();
    let mut best = Best::default();
    for _ in 0..TIMES {
        let key = RecordKey::derive(&PatientHalf::generate(), &CommitteeHalf::from_bytes([9; 32]));
        // Written to once before, so that the first pages that the system gives do not count as encryption.
        let mut file = vec![1; plain.len() + plain.len() / 64];
        file.clear();
        best.encrypt.keep(|| Ok(encrypt(&key, b"{}", &plain[..], &mut file).map(drop)?))?;
        best.decrypt.keep(|| {
            let read = io::copy(&mut decrypt(&key, &file[..])?.document, &mut io::sink())?;
            ensure!(read == plain.len() as u64, "the content came back in another length");
            Ok(())
        })?;
        raw(&plain, &mut best)?;
        raw_apart(&plain, &mut best, &mut file)?;
    }
    let speed = |took: &Shortest| mib as f64 / took.0.as_secs_f64();
    let Best { encrypt, decrypt, raw_encrypt, raw_apart, raw_decrypt } = &best;
    let mut bars = Vec::new();
    for (name, age, raw) in [("encryption", encrypt, raw_encrypt), ("decryption", decrypt, raw_decrypt)] {
        section.add(Figure::new(format!("age, {name}"), speed(age), "MiB/s"));
        section.add(Figure::new(format!("raw AEAD, {name}"), speed(raw), "MiB/s"));
        let ratio = speed(age) / speed(raw);
        section
            .add(Figure::new(format!("age, {name}, of the raw AEAD"), ratio, "").with_goal(Goal::AtLeast(0.8), BOUND));
        bars.extend([(format!("age, {name}"), speed(age)), (format!("raw AEAD, {name}"), speed(raw))]);
    }
    let apart = "raw AEAD, encryption from one buffer into another";
    section.add(Figure::new(apart, speed(raw_apart), "MiB/s"));
    section.add(Figure::new(
        "age, encryption, of the raw AEAD from one buffer into another",
        speed(encrypt) / speed(raw_apart),
        "",
    ));
    bars.push((apart.to_owned(), speed(raw_apart)));
    section.plots.push(Plot::Bars { title: "Encryption on one core".into(), unit: "MiB/s".into(), bars });
    seals(&mut section)?;
    section.write(arguments.json.as_deref())
}

/// The shortest of some times.
struct Shortest(Duration);

impl Default for Shortest {
    fn default() -> Self {
        Self(Duration::MAX)
    }
}

impl Shortest {
    fn keep(&mut self, act: impl FnOnce() -> Result<()>) -> Result<()> {
        let began = Instant::now();
        act()?;
        self.0 = self.0.min(began.elapsed());
        Ok(())
    }
}

#[derive(Default)]
struct Best {
    encrypt: Shortest,
    decrypt: Shortest,
    raw_encrypt: Shortest,
    raw_apart: Shortest,
    raw_decrypt: Shortest,
}

/// Encrypts and decrypts the same bytes with nothing around the cipher.
fn raw(plain: &[u8], best: &mut Best) -> Result<()> {
    let cipher = ChaCha20Poly1305::new(&[7; 32].into());
    let mut bytes = plain.to_vec();
    let mut tags: Vec<Tag> = Vec::new();
    best.raw_encrypt.keep(|| {
        for (counter, chunk) in (0..).zip(bytes.chunks_mut(CHUNK)) {
            let tag = cipher.encrypt_in_place_detached(&nonce(counter), &[], chunk);
            tags.push(tag.map_err(|_| anyhow!("a chunk cannot be encrypted"))?);
        }
        Ok(())
    })?;
    best.raw_decrypt.keep(|| {
        for ((counter, chunk), tag) in (0..).zip(bytes.chunks_mut(CHUNK)).zip(&tags) {
            let opened = cipher.decrypt_in_place_detached(&nonce(counter), &[], chunk, tag);
            opened.map_err(|_| anyhow!("a chunk does not open"))?;
        }
        Ok(())
    })?;
    ensure!(bytes == plain, "the raw AEAD gives other bytes back");
    Ok(())
}

/// Encrypts into another buffer, chunk and tag after chunk and tag, as a file is written.
fn raw_apart(plain: &[u8], best: &mut Best, file: &mut Vec<u8>) -> Result<()> {
    let cipher = ChaCha20Poly1305::new(&[7; 32].into());
    file.clear();
    best.raw_apart.keep(|| {
        for (counter, chunk) in (0..).zip(plain.chunks(CHUNK)) {
            let begin = file.len();
            file.extend_from_slice(chunk);
            let tag = cipher.encrypt_in_place_detached(&nonce(counter), &[], &mut file[begin..]);
            file.extend_from_slice(&tag.map_err(|_| anyhow!("a chunk cannot be encrypted"))?);
        }
        Ok(())
    })?;
    ensure!(file.len() > plain.len(), "the chunks have no tags");
    Ok(())
}

fn nonce(counter: u64) -> Nonce {
    let mut nonce = Nonce::default();
    nonce[4..].copy_from_slice(&counter.to_be_bytes());
    nonce
}

/// How many seals one core makes and opens in a second.
fn seals(section: &mut Section) -> Result<()> {
    const ROUND: Duration = Duration::from_millis(500);
    let (secret, half) = (EncryptionSecret::generate(), PatientHalf::generate());
    let context =
        SealContext { genesis: [1; 32], content: [2; 32], recipient: SealRecipient::Member(1001), key_version: 1 };
    let public = secret.public();
    let sealed = seal(&half, &public, &context)?;
    section.add(Figure::new("sealing", rate(ROUND, || Ok(seal(&half, &public, &context).map(drop)?))?, "seals/s"));
    section.add(Figure::new(
        "opening",
        rate(ROUND, || Ok(open_seal(&sealed, &secret, &context).map(drop)?))?,
        "seals/s",
    ));
    Ok(())
}

/// How often something happens in a second, tried for this long.
fn rate(time: Duration, mut act: impl FnMut() -> Result<()>) -> Result<f64> {
    let began = Instant::now();
    let mut times = 0_u32;
    while began.elapsed() < time {
        act()?;
        times += 1;
    }
    Ok(f64::from(times) / began.elapsed().as_secs_f64())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_raw_cipher_gives_back_what_it_was_given() {
        let plain: Vec<u8> = (0..3 * CHUNK + 5).map(|at| (at % 251) as u8).collect();
        let mut best = Best::default();
        raw(&plain, &mut best).unwrap();
        let mut file = Vec::new();
        raw_apart(&plain, &mut best, &mut file).unwrap();
        let cipher = ChaCha20Poly1305::new(&[7; 32].into());
        let (last, tag) = file[3 * (CHUNK + 16)..].split_at(5);
        let mut opened = last.to_vec();
        cipher.decrypt_in_place_detached(&nonce(3), &[], &mut opened, tag.into()).unwrap();
        assert_eq!(opened, plain[3 * CHUNK..]);
        assert!(best.raw_encrypt.0 < Duration::MAX && best.raw_decrypt.0 < Duration::MAX);
        assert_ne!(nonce(1), nonce(2));
    }

    #[test]
    fn the_shortest_time_is_kept_and_a_failure_is_told() {
        let mut shortest = Shortest(Duration::from_nanos(1));
        shortest
            .keep(|| {
                std::thread::sleep(Duration::from_millis(1));
                Ok(())
            })
            .unwrap();
        assert_eq!(shortest.0, Duration::from_nanos(1));
        assert!(rate(Duration::from_millis(1), || Err(anyhow!("no"))).is_err());
    }
}
