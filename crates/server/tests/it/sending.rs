//! Sending pictures as a client does.

use std::time::Duration;

use praca_api::ConversationId;
use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{Answer, Person, World, read};

impl World {
    /// Announces a file.
    pub async fn announce(&self, person: &Person, purpose: &str, content_type: &str, bytes: usize) -> Answer {
        let body = json!({ "purpose": purpose, "fileName": "foto.jpg", "contentType": content_type, "bytes": bytes });
        self.post("/uploads", Some(person), body).await
    }

    /// Sends the file of an announcement, exactly as it says.
    pub async fn send_file(&self, announced: &Value, content: Vec<u8>) -> Answer {
        let mut request = self.http.request(Method::PUT, announced["put"]["url"].as_str().unwrap());
        for (name, value) in announced["put"]["headers"].as_object().unwrap() {
            request = request.header(name, value.as_str().unwrap());
        }
        read(request.body(content)).await
    }

    /// Waits until the node says that these of its services are away.
    pub async fn until_problems(&self, wanted: Value) {
        let mut found = Value::Null;
        for _ in 0..400 {
            let ready = self.http.get(format!("{}/readyz", self.url)).send().await.unwrap();
            found = ready.json::<Value>().await.unwrap()["problems"].clone();
            if found == wanted {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{found} is not {wanted}");
    }

    /// Runs jobs until none is due.
    pub async fn work(&self) {
        let runner = self.app.runner();
        while runner.run_due().await.unwrap() > 0 {}
    }

    /// Announces, sends and reports a file; the upload's id.
    pub async fn bring(&self, person: &Person, purpose: &str, content_type: &str, content: Vec<u8>) -> String {
        let announced = self.announce(person, purpose, content_type, content.len()).await.expect(201, "");
        self.send_file(&announced, content).await.ok();
        let id = announced["id"].as_str().unwrap().to_owned();
        self.post(&format!("/uploads/{id}/complete"), Some(person), json!({})).await.expect(202, "");
        id
    }

    /// What becomes of a file.
    pub async fn upload(&self, person: &Person, purpose: &str, content_type: &str, content: Vec<u8>) -> Value {
        let id = self.bring(person, purpose, content_type, content).await;
        self.work().await;
        self.get(&format!("/uploads/{id}"), person).await.ok()
    }

    /// The id of a picture that is ready for a message.
    pub async fn ready(&self, person: &Person, content: Vec<u8>) -> String {
        let upload = self.upload(person, "message", "image/jpeg", content).await;
        assert_eq!(upload["status"], "ready", "{upload}");
        upload["id"].as_str().unwrap().to_owned()
    }

    /// Sends a message with pictures.
    pub async fn show(&self, person: &Person, room: ConversationId, kind: &str, pictures: &[&str]) -> Answer {
        let nonce = self.app.base.ids.uuid().to_string();
        let body = json!({ "body": "", "nonce": nonce, "attachmentIds": pictures });
        self.post(&format!("/{kind}/{room}/messages"), Some(person), body).await
    }

    /// Opens an address of ours, as an `<img>` does.
    pub async fn open(&self, url: &Value) -> reqwest::Response {
        self.http.get(self.address(url)).send().await.unwrap()
    }

    /// The whole of an address of ours.
    pub fn address(&self, url: &Value) -> String {
        format!("{}{}", self.url, url.as_str().unwrap())
    }
}
