//! Exchanges, queues and bindings, and what is refused.
use lapin::options::*;
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties, ExchangeKind};

use crate::cases::*;

pub fn cases() -> Vec<Case> {
    vec![
        case("exchanges of every type route as they are bound", exchanges_route),
        case("exchanges are bound to exchanges and unbound", exchanges_to_exchanges),
        case("what does not exist is not found, and the channel alone is closed", not_found),
        case("a queue that is declared again in another way is refused", inequivalent),
        case("an exclusive queue is locked to others and goes with its connection", exclusive),
        case("a wrong password is refused with a reason", wrong_password),
    ]
}

async fn exchanges_route(_: Connection, channel: Channel) -> Outcome {
    let queue = own_queue(&channel, FieldTable::default()).await?;
    let direct = own_exchange(&channel, ExchangeKind::Direct).await?;
    let fanout = own_exchange(&channel, ExchangeKind::Fanout).await?;
    let topic = own_exchange(&channel, ExchangeKind::Topic).await?;
    let headers = own_exchange(&channel, ExchangeKind::Headers).await?;
    bind(&channel, &queue, &direct, "red").await?;
    bind(&channel, &queue, &fanout, "").await?;
    bind(&channel, &queue, &topic, "*.orange.#").await?;
    let match_any = arguments([("x-match", AMQPValue::LongString("any".into())), ("kind", AMQPValue::LongString("report".into()))]);
    channel.queue_bind(&queue, &headers, "", QueueBindOptions::default(), match_any).await?;

    publish(&channel, &direct, "red", &["direct"]).await?;
    publish(&channel, &direct, "blue", &["lost"]).await?;
    publish(&channel, &fanout, "any", &["fanout"]).await?;
    publish(&channel, &topic, "quick.orange", &["topic"]).await?;
    publish(&channel, &topic, "orange.fox", &["lost"]).await?;
    for (kind, body) in [("order", "lost"), ("report", "headers")] {
        let properties = BasicProperties::default().with_headers(arguments([("kind", AMQPValue::LongString(kind.into()))]));
        channel.basic_publish(&headers, "", BasicPublishOptions::default(), body.as_bytes(), properties).await?;
    }
    assert_eq!(bodies(&channel, &queue, 4).await?, "direct fanout topic headers");
    Ok(())
}

async fn exchanges_to_exchanges(_: Connection, channel: Channel) -> Outcome {
    let queue = own_queue(&channel, FieldTable::default()).await?;
    let (source, target) = (unique("source"), unique("target"));
    for (name, kind) in [(&source, ExchangeKind::Topic), (&target, ExchangeKind::Fanout)] {
        channel.exchange_declare(name, kind, ExchangeDeclareOptions::default(), FieldTable::default()).await?;
    }
    bind(&channel, &queue, &target, "").await?;
    channel.exchange_bind(&target, &source, "a.#", ExchangeBindOptions::default(), FieldTable::default()).await?;
    publish(&channel, &source, "a.b", &["1"]).await?;
    assert_eq!(bodies(&channel, &queue, 1).await?, "1");
    channel.exchange_unbind(&target, &source, "a.#", ExchangeUnbindOptions::default(), FieldTable::default()).await?;
    publish(&channel, &source, "a.b", &["lost"]).await?;
    publish(&channel, &target, "", &["2"]).await?;
    assert_eq!(bodies(&channel, &queue, 1).await?, "2");
    channel.exchange_delete(&source, ExchangeDeleteOptions::default()).await?;
    channel.exchange_delete(&target, ExchangeDeleteOptions::default()).await?;
    Ok(())
}

async fn not_found(connection: Connection, channel: Channel) -> Outcome {
    let name = unique("missing");
    let refused = refusal(channel.queue_purge(&name, QueuePurgeOptions::default()).await);
    assert_eq!(refused, format!("404 NOT_FOUND - no queue '{name}' in vhost '/'"));
    let other = connection.create_channel().await?;
    let refused = refusal(bind(&other, &name, "amq.direct", "").await);
    assert_eq!(refused, format!("404 NOT_FOUND - no queue '{name}' in vhost '/'"));
    own_queue(&connection.create_channel().await?, FieldTable::default()).await?;
    Ok(())
}

async fn inequivalent(connection: Connection, channel: Channel) -> Outcome {
    let queue = own_queue(&channel, arguments([("x-message-ttl", AMQPValue::LongInt(1000))])).await?;
    let again = QueueDeclareOptions { exclusive: true, ..Default::default() };
    // The same number in another width is the same.
    channel.queue_declare(&queue, again, arguments([("x-message-ttl", AMQPValue::LongLongInt(1000))])).await?;
    let other = connection.create_channel().await?;
    let refused = refusal(other.queue_declare(&queue, again, arguments([("x-message-ttl", AMQPValue::LongInt(2000))])).await);
    assert_eq!(
        refused,
        format!("406 PRECONDITION_FAILED - inequivalent arg 'x-message-ttl' for queue '{queue}' in vhost '/': received '2000' but current is '1000'")
    );
    Ok(())
}

async fn exclusive(_: Connection, channel: Channel) -> Outcome {
    let owner = connect(ConnectionProperties::default()).await?;
    let declarer = owner.create_channel().await?; // dropped, it would close beside its connection
    let queue = own_queue(&declarer, FieldTable::default()).await?;
    let refused = refusal(waiting(&channel, &queue).await);
    assert!(refused.starts_with("405 RESOURCE_LOCKED - cannot obtain exclusive access to locked queue"), "{refused}");
    owner.close(200, "done").await?;
    let other = connect(ConnectionProperties::default()).await?;
    let refused = refusal(waiting(&other.create_channel().await?, &queue).await);
    assert_eq!(refused, format!("404 NOT_FOUND - no queue '{queue}' in vhost '/'"));
    Ok(())
}

async fn wrong_password(_: Connection, _: Channel) -> Outcome {
    let address = std::env::var("WHARF_AMQP").unwrap();
    let refused = refusal(Connection::connect(&format!("amqp://guest:wrong@{address}/%2f"), ConnectionProperties::default()).await);
    assert!(refused.starts_with("403 ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN"), "{refused}");
    Ok(())
}
