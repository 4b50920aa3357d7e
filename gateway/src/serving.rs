//! Connections. Each is served in a task of its own, with bounds on how long it may keep silent: who is slow keeps nobody
//! waiting, and holds no connection for ever.

use axum::{extract::ConnectInfo, http::Request, serve::Listener, Router};
use hyper::{
    body::Incoming,
    server::conn::http1,
    service::{service_fn, Service},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use std::{future::Future, net::IpAddr, pin::pin, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
    sync::{watch, Semaphore},
};
use tokio_rustls::TlsAcceptor;

/// How long a TLS handshake may take.
pub const HANDSHAKE_WITHIN: Duration = Duration::from_secs(10);
/// How long the head of a request may take, and how long a connection may rest between two. Proxies keep theirs for a
/// minute, and are to be the first to close them.
pub const HEAD_WITHIN: Duration = Duration::from_secs(75);
/// How many connections are open at once; others wait.
const CONNECTIONS: usize = 4096;

/// The other end of a connection.
#[derive(Clone, Copy, Debug)]
pub struct Visitor(pub IpAddr);

/// How visitors are served.
pub struct Serving {
    /// What shakes hands, if not in the clear.
    pub tls: Option<TlsAcceptor>,
    /// How long a TLS handshake may take.
    pub handshake_within: Duration,
    /// How long the head of a request may take.
    pub head_within: Duration,
}

impl Serving {
    /// Serves visitors until `end`, and then what they have asked for by then.
    pub async fn run(self, mut listener: TcpListener, router: Router, end: impl Future<Output = ()>) {
        let serving = Arc::new(self);
        let router = TowerToHyperService::new(router);
        let connections = Arc::new(Semaphore::new(CONNECTIONS));
        let (ending, ended) = watch::channel(());
        let mut end = pin!(end);
        loop {
            let accepted = async {
                let turn = connections.clone().acquire_owned().await;
                // Axum's own listening waits out what the system refuses for a while.
                (turn, Listener::accept(&mut listener).await)
            };
            let (turn, (stream, address)) = tokio::select! {
                accepted = accepted => accepted,
                () = &mut end => break,
            };
            let (serving, router, ended) = (serving.clone(), router.clone(), ended.clone());
            tokio::spawn(async move {
                let _turn = turn;
                let visitor = Visitor(address.ip());
                match &serving.tls {
                    None => serving.connection(stream, visitor, router, ended).await,
                    Some(tls) => {
                        let handshake = tokio::time::timeout(serving.handshake_within, tls.accept(stream));
                        if let Ok(Ok(stream)) = handshake.await {
                            serving.connection(stream, visitor, router, ended).await;
                        }
                    }
                }
            });
        }
        drop((listener, ended));
        let _ = ending.send(());
        ending.closed().await;
    }

    async fn connection(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + 'static,
        visitor: Visitor,
        router: TowerToHyperService<Router>,
        mut ended: watch::Receiver<()>,
    ) {
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(visitor));
            router.call(request)
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.head_within)
            .serve_connection(TokioIo::new(stream), service);
        let mut connection = pin!(connection);
        tokio::select! {
            // A visitor who breaks off is none of the gateway's concern.
            _ = connection.as_mut() => return,
            _ = ended.changed() => connection.as_mut().graceful_shutdown(),
        }
        let _ = connection.await;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use axum::routing::get;
    use std::net::SocketAddr;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpStream,
        sync::oneshot,
        task::JoinHandle,
    };

    const GET: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";

    /// A server that answers after a while; where it is, and what ends it.
    async fn server() -> (SocketAddr, oneshot::Sender<()>, JoinHandle<()>) {
        let (end, told) = oneshot::channel::<()>();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let answer = |ConnectInfo(Visitor(visitor)): ConnectInfo<Visitor>| async move {
            tokio::time::sleep(Duration::from_millis(300)).await;
            format!("hello {visitor}")
        };
        let within = Duration::from_millis(100);
        let serving = Serving { tls: None, handshake_within: within, head_within: within };
        let router = Router::new().route("/", get(answer));
        let running = tokio::spawn(serving.run(listener, router, async move {
            let _ = told.await;
        }));
        (address, end, running)
    }

    /// What comes back until the other end closes.
    async fn said(connection: &mut TcpStream) -> String {
        let mut said = Vec::new();
        let read = connection.read_to_end(&mut said);
        // A connection that is reset has been closed, too.
        let _ = tokio::time::timeout(Duration::from_secs(10), read).await.expect("the connection was not closed");
        String::from_utf8_lossy(&said).into_owned()
    }

    #[tokio::test]
    async fn who_keeps_silent_is_let_go_and_who_waits_for_an_answer_is_not() {
        let (address, _end, _running) = server().await;
        let mut slow = TcpStream::connect(address).await.unwrap();
        slow.write_all(b"GET / HTTP/1.1\r\nhost:").await.unwrap();
        assert!(!said(&mut slow).await.contains("200 OK"));
        let mut visitor = TcpStream::connect(address).await.unwrap();
        visitor.write_all(GET).await.unwrap();
        let said = said(&mut visitor).await;
        assert!(said.starts_with("HTTP/1.1 200 OK") && said.ends_with("hello 127.0.0.1"), "{said}");
    }

    #[tokio::test]
    async fn what_was_asked_before_the_end_is_answered_and_nothing_after() {
        let (address, end, running) = server().await;
        let mut visitor = TcpStream::connect(address).await.unwrap();
        visitor.write_all(GET).await.unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
        end.send(()).unwrap();
        assert!(said(&mut visitor).await.ends_with("hello 127.0.0.1"));
        running.await.unwrap();
        assert!(TcpStream::connect(address).await.is_err());
    }
}
