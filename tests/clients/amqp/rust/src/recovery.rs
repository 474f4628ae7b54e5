//! lapin opens a channel again that the broker closed for a mistake, and does on it what was done before.
use lapin::options::*;
use lapin::types::FieldTable;
use lapin::{Channel, Connection, ConnectionProperties, RecoveryConfig};

use crate::cases::*;

pub fn cases() -> Vec<Case> {
    vec![case("a channel that was closed for a mistake recovers with its queues and consumers", recovers)]
}

async fn recovers(_: Connection, asking: Channel) -> Outcome {
    let recovery = RecoveryConfig::default().auto_recover_channels();
    let connection = connect(ConnectionProperties::default().with_experimental_recovery_config(recovery)).await?;
    let channel = connection.create_channel().await?;
    let queue = unique("q");
    channel.queue_declare(&queue, QueueDeclareOptions::default(), FieldTable::default()).await?;
    channel.confirm_select(ConfirmSelectOptions::default()).await?;
    let mut consumer = consume(&channel, &queue, false).await?;
    publish(&channel, "", &queue, &["before"]).await?;
    assert_eq!(text(&delivered(&mut consumer).await?), "before"); // never acknowledged: it comes again

    let error = waiting(&channel, &unique("missing")).await.expect_err("it was not refused");
    within("the recovery", channel.wait_for_recovery(error)).await?;

    publish(&asking, "", &queue, &["after"]).await?;
    let mut got = Vec::new();
    for _ in 0..2 {
        let one = delivered(&mut consumer).await?;
        got.push((text(&one), one.redelivered));
        one.ack(BasicAckOptions::default()).await?;
    }
    assert_eq!(got, [("before".to_string(), true), ("after".to_string(), false)]);
    let confirm = channel.basic_publish("", &queue, BasicPublishOptions::default(), b"last", Default::default()).await?;
    assert!(within("the confirm", confirm).await?.is_ack());
    asking.queue_delete(&queue, QueueDeleteOptions::default()).await?;
    Ok(())
}
