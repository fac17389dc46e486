//! The bus: the same promises in one process and through Redis.

use praca::bus::{CacheKey, Signal};
use praca_api::UserId;
use tokio::sync::broadcast::Receiver;

use crate::world::{World, on_both_twins};
use std::sync::Arc;

/// The keys of the next `count` dropped copies.
async fn next_dropped(signals: &mut Receiver<Arc<Signal>>, count: usize) -> Vec<CacheKey> {
    let mut keys = Vec::new();
    while keys.len() < count {
        if let Signal::Forget(key) = &*signals.recv().await.unwrap() {
            keys.push(*key);
        }
    }
    keys
}

on_both_twins! {
    async fn signals_come_to_every_listener_once_and_in_order(world: World) {
        let bus = &world.app.base.bus;
        let keys: Vec<CacheKey> = (0..200).map(|_| CacheKey::Person(UserId(world.app.base.ids.uuid()))).collect();
        let (mut first, mut second) = (bus.subscribe(), bus.subscribe());
        for key in &keys {
            bus.publish(Signal::Forget(*key));
        }
        assert_eq!(next_dropped(&mut first, keys.len()).await, keys);
        assert_eq!(next_dropped(&mut second, keys.len()).await, keys);
        // What one publishes comes once, also where it travels through Redis and back.
        let last = CacheKey::SigningKeys;
        bus.publish(Signal::Forget(last));
        assert_eq!(next_dropped(&mut first, 1).await, [last]);
    }

    async fn a_bus_that_stands_says_so(world: World) {
        assert!(world.app.base.bus.health().is_up());
    }
}
