//! Consumers, what they settle, and what happens to what they do not.
use futures_lite::StreamExt;
use lapin::options::*;
use lapin::types::{AMQPValue, FieldTable};
use lapin::{Channel, Connection, ConnectionProperties};

use crate::cases::*;

pub fn cases() -> Vec<Case> {
    vec![
        case("what is given back comes again in its old place and says so", given_back),
        case("several messages are acknowledged and given back at once", settled_at_once),
        case("a consumer gets no more than its prefetch until it acknowledges", prefetch),
        case("the consumers of a channel share its prefetch", shared_prefetch),
        case("a rejected message is dead-lettered with its story", dead_lettered),
        case("messages go to consumers in turn", in_turn),
        case("a consumer that is cancelled gets nothing more", cancelled),
        case("a consumer is told when its queue is deleted", cancel_notice),
        case("what a closed connection had not acknowledged comes again", closed_connection),
        case("higher priorities come first", priorities),
    ]
}

async fn given_back(_: Connection, channel: Channel) -> Outcome {
    let queue = own_queue(&channel, FieldTable::default()).await?;
    publish(&channel, "", &queue, &["a", "b", "c"]).await?;
    let (first, second) = (next(&channel, &queue, false).await?, next(&channel, &queue, false).await?);
    second.reject(BasicRejectOptions { requeue: true }).await?;
    first.nack(BasicNackOptions { requeue: true, ..Default::default() }).await?;
    let again = next(&channel, &queue, false).await?;
    assert_eq!((text(&again).as_str(), again.redelivered), ("a", true));
    again.ack(BasicAckOptions::default()).await?;
    assert_eq!(bodies(&channel, &queue, 2).await?, "b c");
    Ok(())
}

async fn settled_at_once(_: Connection, channel: Channel) -> Outcome {
    let queue = own_queue(&channel, FieldTable::default()).await?;
    publish(&channel, "", &queue, &["a", "b", "c", "d"]).await?;
    next(&channel, &queue, false).await?;
    next(&channel, &queue, false).await?.ack(BasicAckOptions { multiple: true }).await?;
    next(&channel, &queue, false).await?;
    next(&channel, &queue, false).await?.nack(BasicNackOptions { multiple: true, requeue: true }).await?;
    assert_eq!(bodies(&channel, &queue, 2).await?, "c d");
    Ok(())
}

async fn prefetch(connection: Connection, channel: Channel) -> Outcome {
    let queue = own_queue(&channel, FieldTable::default()).await?;
    publish(&channel, "", &queue, &["a", "b", "c", "d", "e"]).await?;
    channel.basic_qos(2, BasicQosOptions::default()).await?;
    let mut consumer = consume(&channel, &queue, false).await?;
    delivered(&mut consumer).await?;
    let second = delivered(&mut consumer).await?;
    let asking = connection.create_channel().await?;
    assert_eq!(waiting(&asking, &queue).await?, 3);
    second.ack(BasicAckOptions { multiple: true }).await?;
    delivered(&mut consumer).await?;
    delivered(&mut consumer).await?;
    assert_eq!(waiting(&asking, &queue).await?, 1);
    Ok(())
}

async fn shared_prefetch(connection: Connection, channel: Channel) -> Outcome {
    let (one, other) = (own_queue(&channel, FieldTable::default()).await?, own_queue(&channel, FieldTable::default()).await?);
    publish(&channel, "", &one, &["a", "b", "c"]).await?;
    publish(&channel, "", &other, &["d", "e", "f"]).await?;
    channel.basic_qos(2, BasicQosOptions { global: true }).await?;
    let mut first = consume(&channel, &one, false).await?;
    let _second = consume(&channel, &other, false).await?;
    delivered(&mut first).await?;
    let last = delivered(&mut first).await?;
    let asking = connection.create_channel().await?;
    let left = |asking: Channel, one: String, other: String| async move {
        Ok::<u32, lapin::Error>(waiting(&asking, &one).await? + waiting(&asking, &other).await?)
    };
    assert_eq!(left(asking.clone(), one.clone(), other.clone()).await?, 4);
    last.ack(BasicAckOptions { multiple: true }).await?;
    for begin in std::iter::repeat(std::time::Instant::now()) {
        if left(asking.clone(), one.clone(), other.clone()).await? == 2 {
            break;
        }
        assert!(begin.elapsed().as_secs() < 20, "two more were not delivered");
    }
    Ok(())
}

async fn dead_lettered(_: Connection, channel: Channel) -> Outcome {
    let dead = own_queue(&channel, FieldTable::default()).await?;
    let to_dead = arguments([
        ("x-dead-letter-exchange", AMQPValue::LongString("".into())),
        ("x-dead-letter-routing-key", AMQPValue::LongString(dead.as_str().into())),
    ]);
    let queue = own_queue(&channel, to_dead).await?;
    publish(&channel, "", &queue, &["x"]).await?;
    next(&channel, &queue, false).await?.reject(BasicRejectOptions { requeue: false }).await?;
    let got = next(&channel, &dead, true).await?;
    let headers = got.properties.headers().clone().expect("headers");
    let Some(AMQPValue::FieldArray(deaths)) = headers.inner().get("x-death") else { panic!("no x-death in {headers:?}") };
    let AMQPValue::FieldTable(death) = &deaths.as_slice()[0] else { panic!("no table in {deaths:?}") };
    assert_eq!(death.inner().get("reason"), Some(&AMQPValue::LongString("rejected".into())));
    assert_eq!(death.inner().get("queue"), Some(&AMQPValue::LongString(queue.as_str().into())));
    assert_eq!(death.inner().get("count"), Some(&AMQPValue::LongLongInt(1)));
    assert_eq!(headers.inner().get("x-first-death-reason"), Some(&AMQPValue::LongString("rejected".into())));
    Ok(())
}

async fn in_turn(connection: Connection, channel: Channel) -> Outcome {
    let queue = own_queue(&channel, FieldTable::default()).await?;
    let mut first = consume(&channel, &queue, true).await?;
    let mut second = consume(&connection.create_channel().await?, &queue, true).await?;
    for _ in 0..5 {
        publish(&channel, "", &queue, &["x", "y"]).await?;
    }
    for _ in 0..5 {
        delivered(&mut first).await?;
        delivered(&mut second).await?;
    }
    Ok(())
}

async fn cancelled(_: Connection, channel: Channel) -> Outcome {
    let queue = own_queue(&channel, FieldTable::default()).await?;
    let mut consumer = consume(&channel, &queue, true).await?;
    publish(&channel, "", &queue, &["a"]).await?;
    assert_eq!(text(&delivered(&mut consumer).await?), "a");
    channel.basic_cancel(consumer.tag().as_str(), BasicCancelOptions::default()).await?;
    publish(&channel, "", &queue, &["b"]).await?;
    assert_eq!(bodies(&channel, &queue, 1).await?, "b");
    Ok(())
}

async fn cancel_notice(connection: Connection, channel: Channel) -> Outcome {
    let queue = own_queue(&channel, FieldTable::default()).await?;
    let mut consumer = consume(&channel, &queue, true).await?;
    connection.create_channel().await?.queue_delete(&queue, QueueDeleteOptions::default()).await?;
    assert!(within("the notice", consumer.next()).await.is_none());
    Ok(())
}

async fn closed_connection(_: Connection, channel: Channel) -> Outcome {
    let queue = unique("q");
    channel.queue_declare(&queue, QueueDeclareOptions::default(), FieldTable::default()).await?;
    publish(&channel, "", &queue, &["a", "b", "c"]).await?;
    let other = connect(ConnectionProperties::default()).await?;
    let mut consumer = consume(&other.create_channel().await?, &queue, false).await?;
    delivered(&mut consumer).await?;
    delivered(&mut consumer).await?.ack(BasicAckOptions::default()).await?;
    other.close(200, "done").await?;
    let again = next(&channel, &queue, true).await?;
    assert_eq!((text(&again).as_str(), again.redelivered), ("a", true));
    assert_eq!(bodies(&channel, &queue, 1).await?, "c");
    channel.queue_delete(&queue, QueueDeleteOptions::default()).await?;
    Ok(())
}

async fn priorities(_: Connection, channel: Channel) -> Outcome {
    let queue = own_queue(&channel, arguments([("x-max-priority", AMQPValue::LongInt(5))])).await?;
    for (body, priority) in [("low", 0), ("high", 5), ("middle", 3), ("higher", 5)] {
        let properties = lapin::BasicProperties::default().with_priority(priority);
        channel.basic_publish("", &queue, BasicPublishOptions::default(), body.as_bytes(), properties).await?;
    }
    assert_eq!(bodies(&channel, &queue, 4).await?, "high higher middle low");
    Ok(())
}
