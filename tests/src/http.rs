//! HTTP as it goes over the wire, so that a test can stop in the middle of it.

use anyhow::{Context, Result};
use base64::{engine::general_purpose::STANDARD, Engine};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{Shutdown, TcpStream},
    time::Duration,
};

/// How long a node may be silent.
const SILENCE: Duration = Duration::from_secs(90);

/// A request on a connection of its own, and its answer.
#[derive(Debug)]
pub struct Exchange {
    connection: BufReader<TcpStream>,
    status: Option<u16>,
    /// The bytes of the body that are still to come, if the answer says how many it has.
    left: Option<u64>,
}

impl Exchange {
    /// Sends the head of a request to a loopback port.
    pub fn begin(port: u16, method: &str, path: &str, headers: &[(&str, &str)]) -> Result<Self> {
        let mut connection = TcpStream::connect(("127.0.0.1", port))?;
        connection.set_read_timeout(Some(SILENCE))?;
        let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let head = format!("{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n{headers}\r\n");
        connection.write_all(head.as_bytes())?;
        Ok(Self { connection: BufReader::new(connection), status: None, left: None })
    }

    /// Asks for something with a ticket.
    pub fn get(port: u16, path: &str, ticket: &Value) -> Result<Self> {
        Self::begin(port, "GET", path, &[("authorization", &authorization(ticket))])
    }

    /// Begins to send so many bytes with a ticket.
    pub fn put(port: u16, path: &str, ticket: &Value, bytes: usize) -> Result<Self> {
        let length = bytes.to_string();
        Self::begin(port, "PUT", path, &[("authorization", &authorization(ticket)), ("content-length", &length)])
    }

    /// Sends a part of the body.
    pub fn send(&mut self, bytes: &[u8]) -> Result<()> {
        Ok(self.connection.get_mut().write_all(bytes)?)
    }

    /// The status of the answer.
    pub fn status(&mut self) -> Result<u16> {
        if let Some(status) = self.status {
            return Ok(status);
        }
        let mut line = String::new();
        self.connection.read_line(&mut line)?;
        let status = line.split(' ').nth(1).context("this is no HTTP")?.parse()?;
        loop {
            let mut header = String::new();
            self.connection.read_line(&mut header)?;
            match header.trim_end().split_once(':') {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    self.left = Some(value.trim().parse()?);
                }
                Some(_) => {}
                None => break,
            }
        }
        self.status = Some(status);
        Ok(status)
    }

    /// The body of the answer, up to its end.
    pub fn body(&mut self) -> impl Read + '_ {
        // Without a status there is nothing to read.
        let length = self.status().map_or(Some(0), |_| self.left).unwrap_or(u64::MAX);
        BodyReader { exchange: self, left: length }
    }

    /// The JSON of the answer.
    pub fn json(&mut self) -> Result<Value> {
        let mut text = String::new();
        self.body().read_to_string(&mut text)?;
        Ok(serde_json::from_str(&text)?)
    }

    /// Goes away.
    pub fn vanish(self) -> Result<()> {
        Ok(self.connection.get_ref().shutdown(Shutdown::Both)?)
    }
}

struct BodyReader<'a> {
    exchange: &'a mut Exchange,
    left: u64,
}

impl Read for BodyReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.exchange.connection.read(&mut buffer[..most])?;
        self.left = self.left.saturating_sub(read as u64);
        if let Some(left) = &mut self.exchange.left {
            *left = self.left;
        }
        Ok(read)
    }
}

fn authorization(ticket: &Value) -> String {
    format!("MedChain {}", STANDARD.encode(ticket.to_string()))
}
