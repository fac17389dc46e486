//! A device that keeps a passkey, as browsers speak of it (W3C Web Authentication, level 3).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// Somebody is there, and proved to the device who they are.
const PRESENT_AND_VERIFIED: u8 = 0x05;
/// A new key follows.
const HAS_KEY: u8 = 0x40;

/// A passkey on its device.
#[derive(Clone)]
pub struct Authenticator {
    key: SigningKey,
    id: [u8; 16],
    owner: Value,
    uses: u32,
    /// The site it believes to be on.
    pub origin: String,
}

impl Authenticator {
    /// Makes a passkey; with what the browser answers.
    pub fn make(origin: &str, options: &Value) -> (Self, Value) {
        let key = SigningKey::from_slice(&rand::random::<[u8; 32]>()).unwrap();
        let owner = options["user"]["id"].clone();
        let made = Self { key, id: rand::random(), owner, uses: 0, origin: origin.to_owned() };
        let point = made.key.verifying_key().to_encoded_point(false);
        // A COSE key as CBOR: EC2, ES256, P-256, x, y.
        let mut data = made.data(options["rp"]["id"].as_str().unwrap(), PRESENT_AND_VERIFIED | HAS_KEY);
        data.extend([0; 16]);
        data.extend([0, 16]);
        data.extend(made.id);
        data.extend([0xA5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(point.x().unwrap());
        data.extend([0x22, 0x58, 0x20]);
        data.extend(point.y().unwrap());
        // {"fmt": "none", "attStmt": {}, "authData": …} as CBOR.
        let mut object = b"\xA3\x63fmt\x64none\x67attStmt\xA0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).unwrap());
        object.extend(data);
        let client = made.client("webauthn.create", options);
        let answer = made.answer(json!({
            "clientDataJSON": encode(client.as_bytes()), "attestationObject": encode(&object), "transports": ["internal"],
        }));
        (made, answer)
    }

    /// Proves the passkey; what the browser answers.
    pub fn prove(&mut self, options: &Value) -> Value {
        self.uses += 1;
        let data = self.data(options["rpId"].as_str().unwrap(), PRESENT_AND_VERIFIED);
        let client = self.client("webauthn.get", options);
        let signed = [&data[..], &Sha256::digest(&client)].concat();
        let signature: Signature = self.key.sign(&signed);
        self.answer(json!({
            "clientDataJSON": encode(client.as_bytes()), "authenticatorData": encode(&data),
            "signature": encode(signature.to_der().as_bytes()), "userHandle": self.owner,
        }))
    }

    fn data(&self, site: &str, flags: u8) -> Vec<u8> {
        [&Sha256::digest(site)[..], &[flags], &self.uses.to_be_bytes()].concat()
    }

    fn client(&self, kind: &str, options: &Value) -> String {
        let client =
            json!({ "type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": false });
        client.to_string()
    }

    fn answer(&self, response: Value) -> Value {
        let id = encode(&self.id);
        json!({ "id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": {} })
    }
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
