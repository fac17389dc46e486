//! A small Socket.IO v5 client over WebSocket, strict about what it receives.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// Longest wait for anything.
const PATIENCE: Duration = Duration::from_secs(10);

pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    next_id: u64,
    events: VecDeque<(String, Value)>,
    acks: HashMap<u64, Value>,
    pub closed: bool,
}

impl Socket {
    /// Connects; `Err` is the whole `connect_error` payload.
    pub async fn connect(url: &str, token: &str) -> Result<Self, Value> {
        let mut socket = Self::open(url).await;
        socket.send_raw(&format!("40{}", json!({ "token": token }))).await;
        socket.handshake().await.map(|()| socket)
    }

    /// Opens the transport without a handshake.
    pub async fn open(url: &str) -> Self {
        let url = format!("{}/socket.io/?EIO=4&transport=websocket", url.replace("http://", "ws://"));
        let (stream, _) = connect_async(url).await.unwrap();
        let mut socket = Self { stream, next_id: 0, events: VecDeque::new(), acks: HashMap::new(), closed: false };
        let open = socket.receive().await.unwrap();
        assert!(open.starts_with('0'), "{open}");
        socket
    }

    /// Waits for the answer to the handshake.
    pub async fn handshake(&mut self) -> Result<(), Value> {
        let answer = self.receive().await.expect("closed during the handshake");
        if let Some(refused) = answer.strip_prefix("44") {
            return Err(serde_json::from_str(refused).unwrap());
        }
        assert!(answer.starts_with("40{"), "{answer}");
        Ok(())
    }

    pub async fn send_raw(&mut self, text: &str) {
        self.stream.send(Message::text(text)).await.unwrap();
    }

    pub async fn send_binary(&mut self, bytes: &[u8]) {
        self.stream.send(Message::binary(bytes.to_vec())).await.unwrap();
    }

    /// The next packet; none once closed. Pings are answered.
    pub async fn receive(&mut self) -> Option<String> {
        loop {
            let next = timeout(PATIENCE, self.stream.next()).await.expect("nothing arrived within ten seconds");
            match next {
                Some(Ok(Message::Text(text))) if text.as_str() == "2" => self.try_send_raw("3").await,
                Some(Ok(Message::Text(text))) if text.as_str() == "6" => {}
                Some(Ok(Message::Text(text))) => return Some(text.to_string()),
                Some(Ok(Message::Close(_)) | Err(_)) | None => {
                    self.closed = true;
                    return None;
                }
                Some(Ok(_)) => {}
            }
        }
    }

    /// Sends an event without waiting; the id of its acknowledgement.
    pub async fn emit(&mut self, event: &str, payload: Value) -> u64 {
        self.next_id += 1;
        let id = self.next_id;
        self.send_raw(&format!("42{id}{}", json!([event, payload]))).await;
        id
    }

    /// The acknowledgement of that id; events that come before are kept.
    pub async fn ack(&mut self, id: u64) -> Value {
        loop {
            if let Some(answer) = self.acks.remove(&id) {
                return answer;
            }
            let packet = self.receive().await.expect("closed before the acknowledgement");
            self.keep(&packet);
        }
    }

    /// Sends an event and waits for its acknowledgement.
    pub async fn ask(&mut self, event: &str, payload: Value) -> Value {
        let id = self.emit(event, payload).await;
        self.ack(id).await
    }

    /// Sends an event that has to be done; its data.
    #[track_caller]
    pub fn done(&mut self, event: &str, payload: Value) -> impl Future<Output = Value> {
        let event = event.to_owned();
        async move {
            let ack = self.ask(&event, payload).await;
            assert_eq!(ack["ok"], true, "{event}: {ack}");
            ack["data"].clone()
        }
    }

    /// Sends an event that has to be refused; its code.
    pub async fn refused(&mut self, event: &str, payload: Value) -> String {
        let ack = self.ask(event, payload).await;
        assert_eq!(ack["ok"], false, "{event}: {ack}");
        ack["error"]["code"].as_str().unwrap().to_owned()
    }

    /// The next event of that name; others are kept.
    pub async fn event(&mut self, name: &str) -> Value {
        loop {
            if let Some(at) = self.events.iter().position(|(event, _)| event == name) {
                return self.events.remove(at).unwrap().1;
            }
            let packet = self.receive().await.unwrap_or_else(|| panic!("closed before {name}"));
            self.keep(&packet);
        }
    }

    /// Events of that name that have come, after everything under way has: an answered event comes behind them.
    pub async fn events_so_far(&mut self, name: &str) -> Vec<Value> {
        self.ask("rooms:list", json!({})).await;
        let (wanted, others) = self.events.drain(..).partition(|(event, _)| event == name);
        self.events = others;
        let wanted: VecDeque<(String, Value)> = wanted;
        wanted.into_iter().map(|(_, payload)| payload).collect()
    }

    /// Names of all events that have come, each once, after everything under way has.
    pub async fn names_so_far(&mut self) -> Vec<String> {
        self.ask("rooms:list", json!({})).await;
        let names: BTreeSet<String> = self.events.drain(..).map(|(name, _)| name).collect();
        names.into_iter().collect()
    }

    /// Waits until the server closes.
    pub async fn wait_closed(&mut self) {
        while let Some(packet) = self.receive().await {
            self.keep(&packet);
        }
    }

    fn keep(&mut self, packet: &str) {
        if let Some(event) = packet.strip_prefix("42") {
            let parts: (String, Value) = serde_json::from_str(event).unwrap();
            self.events.push_back(parts);
        } else if let Some((id, answer)) = packet.strip_prefix("43").and_then(|ack| ack.split_once('[')) {
            let answer = serde_json::from_str(answer.strip_suffix(']').unwrap()).unwrap();
            self.acks.insert(id.parse().unwrap(), answer);
        } else if packet == "41" {
            self.events.push_back(("disconnect".into(), Value::Null));
        }
    }
}

impl Socket {
    /// Sends unless the server has closed.
    pub async fn try_send_raw(&mut self, text: &str) {
        let _ = self.stream.send(Message::text(text)).await;
    }

    /// An acknowledgement that came before the end, if it did.
    pub fn kept_ack(&self, id: u64) -> Option<&Value> {
        self.acks.get(&id)
    }

    /// How many events of that name came before the end.
    pub fn events_so_far_closed(&self, name: &str) -> usize {
        self.events.iter().filter(|(event, _)| event == name).count()
    }
}
