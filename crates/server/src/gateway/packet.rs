//! Socket.IO v5 packets in text, as its protocol page describes them: a digit for the type, a namespace unless it is `/`,
//! an id where an acknowledgement is asked for, and JSON.

use praca_api::events::ServerEvent;
use serde::Serialize;
use serde_json::value::RawValue;

use super::transport::Frame;

/// What a client sent.
#[derive(Debug, PartialEq)]
pub enum Packet<'a> {
    /// Connect to the main namespace, with the JSON of `auth`, if any.
    Connect(&'a str),
    /// Connect to another namespace, which we do not have.
    ConnectElsewhere(&'a str),
    /// Leave the namespace.
    Disconnect,
    /// An event: its acknowledgement id, if asked for, and the JSON array of name and arguments.
    Event(Option<u64>, &'a str),
    /// An event with attachments, which no event of ours takes.
    BinaryEvent(Option<u64>),
    /// Something for a namespace or of a type nobody here uses; passed over.
    Ignored,
    /// Not a packet.
    Malformed,
}

/// Reads a packet.
pub fn parse(text: &str) -> Packet<'_> {
    let Some((kind, rest)) = text.split_at_checked(1) else { return Packet::Malformed };
    let (attachments, rest) = match kind {
        "5" | "6" => match rest.split_once('-') {
            Some((count, rest)) if count.bytes().all(|b| b.is_ascii_digit()) => (true, rest),
            _ => return Packet::Malformed,
        },
        _ => (false, rest),
    };
    let (namespace, rest) = match rest.strip_prefix('/') {
        Some(_) => rest.split_once(',').unwrap_or((rest, "")),
        None => ("/", rest),
    };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (id, json) = rest.split_at(digits);
    match kind {
        "0" if namespace == "/" => Packet::Connect(rest),
        "0" => Packet::ConnectElsewhere(namespace),
        _ if namespace != "/" => Packet::Ignored,
        "1" => Packet::Disconnect,
        "2" if attachments || !json.starts_with('[') => Packet::Malformed,
        "2" => Packet::Event(id.parse().ok(), json),
        "5" => Packet::BinaryEvent(id.parse().ok()),
        "3" | "6" => Packet::Ignored,
        _ => Packet::Malformed,
    }
}

/// The name of an event, and its first argument as it stands, if there is one.
pub fn event_parts(json: &str) -> Option<(String, Option<&RawValue>)> {
    let parts: Vec<&RawValue> = serde_json::from_str(json).ok()?;
    let name = serde_json::from_str(parts.first()?.get()).ok()?;
    Some((name, parts.get(1).copied()))
}

/// A connected socket is told its id.
pub fn connected_frame(id: &str) -> Frame {
    format!("0{{\"sid\":\"{id}\"}}").into()
}

/// A refused one is told why: the problem as JSON in `message`, which every client reads, and as it is in `data`.
pub fn refused_frame(namespace: &str, message: &str, data: &impl Serialize) -> Frame {
    #[derive(Serialize)]
    struct Refused<'a, T> {
        message: &'a str,
        data: &'a T,
    }
    let prefix = if namespace == "/" { String::new() } else { format!("{namespace},") };
    let json = serde_json::to_string(&Refused { message, data }).unwrap_or_else(|_| "{}".into());
    format!("4{prefix}{json}").into()
}

/// The server ends the socket; the official client does not come back by itself after this.
pub fn disconnect_frame() -> Frame {
    "1".to_owned().into()
}

/// Answers an event.
pub fn ack_frame(id: u64, answer: &impl Serialize) -> Frame {
    let mut text = format!("3{id}[");
    text.push_str(&serde_json::to_string(answer).unwrap_or_else(|_| "{\"ok\":false}".into()));
    text.push(']');
    text.into()
}

/// An event of ours.
pub fn event_frame(event: &ServerEvent) -> Frame {
    raw_event_frame(event.name(), &serde_json::to_string(event).unwrap_or_else(|_| "{}".into()))
}

/// An event whose payload is encoded already. Names need no escaping.
pub fn raw_event_frame(name: &str, payload: &str) -> Frame {
    let mut text = String::with_capacity(name.len() + payload.len() + 6);
    for part in ["2[\"", name, "\",", payload, "]"] {
        text.push_str(part);
    }
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn packets_are_read_as_the_protocol_page_writes_them() {
        assert_eq!(parse("0"), Packet::Connect(""));
        assert_eq!(parse(r#"0{"token":"x"}"#), Packet::Connect(r#"{"token":"x"}"#));
        assert_eq!(parse("0/admin,{}"), Packet::ConnectElsewhere("/admin"));
        assert_eq!(parse("1"), Packet::Disconnect);
        assert_eq!(parse(r#"2["hello"]"#), Packet::Event(None, r#"["hello"]"#));
        assert_eq!(parse(r#"212["hello",1]"#), Packet::Event(Some(12), r#"["hello",1]"#));
        assert_eq!(parse(r#"51-7["x",{"_placeholder":true,"num":0}]"#), Packet::BinaryEvent(Some(7)));
        assert_eq!(parse("3"), Packet::Ignored);
        assert_eq!(parse("2/other,[]"), Packet::Ignored);
        for bad in ["", "9", "2", "2{}", "5[]", "é"] {
            assert_eq!(parse(bad), Packet::Malformed, "{bad}");
        }
    }

    #[test]
    fn event_names_may_hold_anything() {
        let (name, payload) = event_parts(r#"["a\"b",{"x":"\u00e9"},2]"#).unwrap();
        assert_eq!((name.as_str(), payload.unwrap().get()), ("a\"b", r#"{"x":"\u00e9"}"#));
        assert!(event_parts(r#"["only"]"#).unwrap().1.is_none());
        for bad in ["[]", "[1]", "[\"\\ud800\"]", "[\"x\",", "{}"] {
            assert!(event_parts(bad).is_none(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn nothing_a_client_sends_breaks_the_reader(text in "[0-9]{0,3}[-/,\\[\\]{}a\"é]{0,12}") {
            if let Packet::Event(_, json) = parse(&text) {
                let _ = event_parts(json);
            }
        }
    }
}
