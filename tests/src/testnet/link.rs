//! A cable between two nodes that can be cut: a TCP proxy on loopback.
//!
//! A cut link behaves as a pulled cable does: nothing is refused and nothing is closed, but no byte arrives any more, and
//! what was under way arrives when the cable is back.
//!
//! A link carries what one node dials. Nodes tell each other the addresses that they know, other nodes' links among them;
//! whoever else dials a link is turned away, or there would be a way around a cut.

use anyhow::Result;
use std::{
    fs,
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::{
        atomic::{AtomicU64, Ordering},
        Arc, Condvar, Mutex, PoisonError,
    },
    thread,
};

/// Bytes that a direction of a connection holds at most.
const BUFFER: usize = 64 * 1024;

/// One direction of dialling between two nodes. Its threads end with the connections that they carry, at the latest
/// with the process.
#[derive(Debug)]
pub struct Link {
    port: u16,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    cut: Mutex<bool>,
    healed: Condvar,
    bytes: AtomicU64,
}

impl State {
    /// Waits until the link is whole.
    fn wait_whole(&self) {
        let mut cut = self.cut.lock().unwrap_or_else(PoisonError::into_inner);
        while *cut {
            cut = self.healed.wait(cut).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Link {
    /// A whole link from a port of its own to `target`, for the process whose number is in the file `dialler`.
    ///
    /// # Errors
    /// If there is no free port.
    pub fn to(target: SocketAddr, dialler: PathBuf) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let port = listener.local_addr()?.port();
        let state = Arc::new(State::default());
        let accepting = state.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if !is_dialled_by(&stream, &dialler) {
                    continue;
                }
                let state = accepting.clone();
                thread::spawn(move || carry(&stream, target, &state));
            }
        });
        Ok(Self { port, state })
    }

    /// Where to dial.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Cuts it, or makes it whole again.
    pub fn set_cut(&self, cut: bool) {
        *self.state.cut.lock().unwrap_or_else(PoisonError::into_inner) = cut;
        self.state.healed.notify_all();
    }

    /// Bytes that it has carried, both ways.
    pub fn carried(&self) -> u64 {
        self.state.bytes.load(Ordering::Relaxed)
    }
}

/// Whether the far end of a connection over loopback is a socket of the process whose number is in this file.
fn is_dialled_by(stream: &TcpStream, pid_file: &Path) -> bool {
    let (Ok(far), Ok(near), Ok(pid)) = (stream.peer_addr(), stream.local_addr(), fs::read_to_string(pid_file)) else {
        return false;
    };
    let Ok(sockets) = fs::read_to_string("/proc/net/tcp") else { return false };
    // Fields: slot, local and remote address and port in hexadecimal digits, six more, the socket's number.
    let of = |address: SocketAddr| format!(":{:04X}", address.port());
    let (far, near) = (of(far), of(near));
    let socket = sockets.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).find_map(|fields| {
        let [_, local, remote, ..] = fields.as_slice() else { return None };
        (local.ends_with(&far) && remote.ends_with(&near))
            .then(|| fields.get(9).map(|inode| format!("socket:[{inode}]")))?
    });
    let Ok(open) = fs::read_dir(format!("/proc/{}/fd", pid.trim())) else { return false };
    socket.is_some_and(|socket| {
        open.flatten().any(|file| fs::read_link(file.path()).is_ok_and(|link| link.as_os_str() == socket.as_str()))
    })
}

fn carry(dialler: &TcpStream, target: SocketAddr, state: &Arc<State>) {
    state.wait_whole();
    // The other node may be down: then the dialler sees its connection end.
    let Ok(listener) = TcpStream::connect(target) else { return };
    for stream in [dialler, &listener] {
        let _ = stream.set_nodelay(true);
    }
    thread::scope(|scope| {
        scope.spawn(|| pump(dialler, &listener, state));
        pump(&listener, dialler, state);
    });
}

/// Carries bytes one way until either side ends, and then ends both.
fn pump(mut from: &TcpStream, mut to: &TcpStream, state: &State) {
    let mut buffer = vec![0; BUFFER];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        state.wait_whole();
        if to.write_all(&buffer[..read]).is_err() {
            break;
        }
        state.bytes.fetch_add(read as u64, Ordering::Relaxed);
    }
    // An end of a connection is news too, and crosses no cut.
    state.wait_whole();
    for stream in [from, to] {
        let _ = stream.shutdown(Shutdown::Both);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::time::Duration;

    #[test]
    fn nothing_crosses_a_cut_link_and_all_arrives_when_it_is_healed() {
        let folder = tempfile::tempdir().unwrap();
        let pid_file = folder.path().join("pid");
        fs::write(&pid_file, std::process::id().to_string()).unwrap();
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let link = Link::to(listener.local_addr().unwrap(), pid_file).unwrap();
        let mut near = TcpStream::connect(("127.0.0.1", link.port())).unwrap();
        let (mut far, _) = listener.accept().unwrap();
        let mut heard = [0; 5];
        near.write_all(b"hello").unwrap();
        far.read_exact(&mut heard).unwrap();
        assert_eq!(&heard, b"hello");

        link.set_cut(true);
        near.write_all(b"again").unwrap();
        far.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
        far.read_exact(&mut heard).unwrap_err();
        assert_eq!(link.carried(), 5);

        link.set_cut(false);
        far.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        far.read_exact(&mut heard).unwrap();
        assert_eq!(&heard, b"again");
    }
    #[test]
    fn a_link_is_for_one_node_alone() {
        let folder = tempfile::tempdir().unwrap();
        let pid_file = folder.path().join("pid");
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let link = Link::to(listener.local_addr().unwrap(), pid_file.clone()).unwrap();
        let hears = |pid: u32| {
            fs::write(&pid_file, pid.to_string()).unwrap();
            let mut stream = TcpStream::connect(("127.0.0.1", link.port())).unwrap();
            stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
            // Turned away is an end; one who is let in waits in vain.
            !matches!(stream.read(&mut [0]), Ok(0))
        };
        assert!(!hears(1));
        assert!(hears(std::process::id()));
    }
}
