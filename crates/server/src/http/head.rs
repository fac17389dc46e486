//! Heads of requests that live as long as a socket.

use axum::body::Bytes;
use axum::http::{HeaderValue, Request};

/// Copies what the head of a request shares with the buffer it was read into. The transport keeps the head of each socket,
/// and with it would keep those 8 KiB.
pub fn detach<B>(mut request: Request<B>) -> Request<B> {
    let values: Vec<u8> = request.headers().values().flat_map(HeaderValue::as_bytes).copied().collect();
    let (values, mut at) = (Bytes::from(values), 0);
    for value in request.headers_mut().values_mut() {
        let end = at + value.len();
        // They were values before.
        if let Ok(own) = HeaderValue::from_maybe_shared(values.slice(at..end)) {
            *value = own;
        }
        at = end;
    }
    if let Ok(uri) = request.uri().to_string().parse() {
        *request.uri_mut() = uri;
    }
    request
}

#[cfg(test)]
mod tests {
    use axum::http::Uri;

    use super::*;

    #[test]
    fn a_head_of_its_own_says_the_same_and_holds_nothing_of_the_buffer() {
        let buffer = Bytes::from_static(b"/socket.io/?EIO=4 Ana nodes").to_vec();
        let buffer = Bytes::from(buffer);
        let mut request = Request::new(());
        *request.uri_mut() = Uri::from_maybe_shared(buffer.slice(..17)).unwrap();
        let headers = request.headers_mut();
        headers.insert("x-one", HeaderValue::from_maybe_shared(buffer.slice(18..21)).unwrap());
        headers.append("x-two", HeaderValue::from_maybe_shared(buffer.slice(22..)).unwrap());
        headers.append("x-two", HeaderValue::from_static(""));
        assert!(!buffer.is_unique());
        let request = detach(request);
        assert!(buffer.is_unique(), "the buffer is free");
        assert_eq!(request.uri(), "/socket.io/?EIO=4");
        let values: Vec<&[u8]> = request.headers().values().map(HeaderValue::as_bytes).collect();
        assert_eq!(values, [b"Ana".as_slice(), b"nodes", b""]);
    }
}
