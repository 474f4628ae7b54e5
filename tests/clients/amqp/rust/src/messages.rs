//! Confirms, returns, and messages that come back as they were sent.
use lapin::options::*;
use lapin::types::{AMQPValue, DecimalValue, FieldArray, FieldTable};
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties};

use crate::cases::*;

pub fn cases() -> Vec<Case> {
    vec![
        case("every publish of a burst is confirmed", burst),
        case("a mandatory message without a queue comes back with its confirm", mandatory),
        case("a full queue refuses what is published", refused_publish),
        case("all properties and typed headers come back as they were sent", properties),
        case("messages of no byte and of 1 and 10 MB come back as they were sent", large),
        case("a transaction counts when it commits", transaction),
    ]
}

async fn burst(_: Connection, channel: Channel) -> Outcome {
    let queue = unique("q");
    channel.queue_declare(&queue, QueueDeclareOptions { durable: true, ..Default::default() }, FieldTable::default()).await?;
    channel.confirm_select(ConfirmSelectOptions::default()).await?;
    let mut confirms = Vec::new();
    for n in 0..2000 {
        let persistent = BasicProperties::default().with_delivery_mode(2);
        confirms.push(channel.basic_publish("", &queue, BasicPublishOptions::default(), n.to_string().as_bytes(), persistent).await?);
    }
    within("all confirms", async {
        for one in confirms {
            assert!(one.await?.is_ack());
        }
        Ok::<(), lapin::Error>(())
    })
    .await?;
    assert_eq!(channel.queue_delete(&queue, QueueDeleteOptions::default()).await?, 2000);
    Ok(())
}

async fn mandatory(_: Connection, channel: Channel) -> Outcome {
    channel.confirm_select(ConfirmSelectOptions::default()).await?;
    let options = BasicPublishOptions { mandatory: true, ..Default::default() };
    let properties = BasicProperties::default().with_message_id("1".into());
    let confirm = channel.basic_publish("amq.topic", &unique("nowhere"), options, b"back", properties).await?;
    let confirmation = within("the confirm", confirm).await?;
    assert!(confirmation.is_ack());
    let back = confirmation.take_message().expect("not returned when it was confirmed");
    assert_eq!((back.reply_code, back.reply_text.as_str(), text(&back.delivery).as_str()), (312, "NO_ROUTE", "back"));
    assert_eq!(back.delivery.properties.message_id().as_ref().map(|id| id.as_str()), Some("1"));
    Ok(())
}

async fn refused_publish(_: Connection, channel: Channel) -> Outcome {
    let limits = arguments([("x-max-length", AMQPValue::LongInt(1)), ("x-overflow", AMQPValue::LongString("reject-publish".into()))]);
    let queue = own_queue(&channel, limits).await?;
    channel.confirm_select(ConfirmSelectOptions::default()).await?;
    let mut acks = Vec::new();
    for body in ["a", "b"] {
        let confirm = channel.basic_publish("", &queue, BasicPublishOptions::default(), body.as_bytes(), BasicProperties::default()).await?;
        acks.push(within("the confirm", confirm).await?.is_ack());
    }
    assert_eq!(acks, [true, false]);
    assert_eq!(bodies(&channel, &queue, 1).await?, "a");
    Ok(())
}

async fn round_trip(channel: &Channel, body: &[u8], properties: BasicProperties) -> lapin::Result<lapin::message::Delivery> {
    let queue = own_queue(channel, FieldTable::default()).await?;
    channel.basic_publish("", &queue, BasicPublishOptions::default(), body, properties).await?;
    next(channel, &queue, true).await
}

async fn properties(_: Connection, channel: Channel) -> Outcome {
    let mut list = FieldArray::default();
    list.push(AMQPValue::Void);
    list.push(AMQPValue::FieldTable(arguments([("deep", AMQPValue::LongLongInt(3))])));
    let headers = arguments([
        ("bool", AMQPValue::Boolean(true)),
        ("byte", AMQPValue::ShortShortInt(-5)),
        ("short", AMQPValue::ShortInt(-300)),
        ("long", AMQPValue::LongLongInt(1 << 50)),
        ("unsigned", AMQPValue::LongUInt(4_000_000_000)),
        ("float", AMQPValue::Float(0.5)),
        ("double", AMQPValue::Double(0.1)),
        ("decimal", AMQPValue::DecimalValue(DecimalValue { scale: 2, value: 1999 })),
        ("time", AMQPValue::Timestamp(1_700_000_000)),
        ("bytes", AMQPValue::ByteArray(vec![0, 255, 1].into())),
        ("list", AMQPValue::FieldArray(list)),
        ("none", AMQPValue::Void),
    ]);
    let sent = BasicProperties::default()
        .with_content_type("text/plain".into())
        .with_content_encoding("gzip".into())
        .with_headers(headers)
        .with_delivery_mode(2)
        .with_priority(7)
        .with_correlation_id("c".into())
        .with_reply_to("r".into())
        .with_expiration("60000".into())
        .with_message_id("m".into())
        .with_timestamp(1_700_000_000)
        .with_type("t".into())
        .with_user_id("guest".into())
        .with_app_id("a".into());
    assert_eq!(round_trip(&channel, b"body", sent.clone()).await?.properties, sent);
    Ok(())
}

async fn large(_: Connection, channel: Channel) -> Outcome {
    for size in [0, 1 << 20, 10 << 20] {
        let body: Vec<u8> = (0..size).map(|n: usize| (n.wrapping_mul(2_654_435_761) >> 16) as u8).collect();
        assert!(round_trip(&channel, &body, BasicProperties::default()).await?.data == body, "{size} bytes");
    }
    Ok(())
}

async fn transaction(_: Connection, channel: Channel) -> Outcome {
    let other = connect(ConnectionProperties::default()).await?;
    let queue = unique("q");
    let options = QueueDeclareOptions { auto_delete: true, ..Default::default() };
    channel.queue_declare(&queue, options, FieldTable::default()).await?;
    channel.tx_select().await?;
    publish(&channel, "", &queue, &["undone"]).await?;
    channel.tx_rollback().await?;
    publish(&channel, "", &queue, &["a", "b"]).await?;
    let asking = other.create_channel().await?;
    assert_eq!(waiting(&asking, &queue).await?, 0);
    channel.tx_commit().await?;
    assert_eq!(bodies(&asking, &queue, 2).await?, "a b");
    channel.queue_delete(&queue, QueueDeleteOptions::default()).await?;
    Ok(())
}
