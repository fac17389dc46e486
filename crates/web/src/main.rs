//! The client's entry.

fn main() {
    praca_web::start();
}
