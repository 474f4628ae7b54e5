//! A case is one sentence and what proves it, with a connection and a channel of its own.
use std::collections::VecDeque;
use std::fmt::Debug;
use std::future::Future;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use futures_lite::future::block_on;
use futures_lite::{FutureExt, StreamExt};
use lapin::message::Delivery;
use lapin::options::*;
use lapin::protocol::AMQPErrorKind;
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties, Consumer, ErrorKind, ExchangeKind};

pub type Outcome = Result<(), lapin::Error>;
pub type Case = (&'static str, Box<dyn Fn(Connection, Channel) -> Outcome + Send + Sync>);

const SIDE_BY_SIDE: usize = 8;
const PATIENCE: Duration = Duration::from_secs(20);

/// A case from an async function of its connection and channel.
pub fn case<F>(name: &'static str, run: fn(Connection, Channel) -> F) -> Case
where
    F: Future<Output = Outcome> + 'static,
{
    (name, Box::new(move |connection, channel| block_on(run(connection, channel))))
}

/// Runs the cases that WHARF_TEST_FILTER wants, side by side, and says a line about each.
pub fn run(suites: Vec<(&'static str, Vec<Case>)>) -> ExitCode {
    let filter = std::env::var("WHARF_TEST_FILTER").unwrap_or_default();
    let wanted = suites.into_iter().flat_map(|(suite, cases)| cases.into_iter().map(move |(name, body)| (format!("{suite}: {name}"), body)));
    let waiting = Mutex::new(wanted.filter(|(name, _)| name.contains(&filter)).collect::<VecDeque<_>>());
    let counts = Mutex::new((0, 0));
    std::thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| {
                while let Some((name, body)) = next_of(&waiting) {
                    let begin = Instant::now();
                    let passed = proves(&name, &body);
                    println!("{} {name} ({:.1} s)", if passed { "ok  " } else { "FAIL" }, begin.elapsed().as_secs_f64());
                    let mut counts = counts.lock().unwrap();
                    if passed { counts.0 += 1 } else { counts.1 += 1 }
                }
            });
        }
    });
    let (passed, failed) = *counts.lock().unwrap();
    println!("{passed} passed, {failed} failed");
    ExitCode::from(u8::from(failed > 0 || passed == 0))
}

fn next_of<T>(waiting: &Mutex<VecDeque<T>>) -> Option<T> {
    waiting.lock().unwrap().pop_front()
}

fn proves(name: &str, body: &(dyn Fn(Connection, Channel) -> Outcome + Send + Sync)) -> bool {
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let connection = block_on(connect(ConnectionProperties::default()))?;
        let channel = block_on(connection.create_channel())?;
        body(connection, channel)
    }));
    if let Ok(Err(error)) = &outcome {
        println!("     {name}: {error}");
    }
    matches!(outcome, Ok(Ok(())))
}

pub async fn connect(properties: ConnectionProperties) -> lapin::Result<Connection> {
    let address = std::env::var("WHARF_AMQP").expect("WHARF_AMQP is host:port of the AMQP listener under test");
    Connection::connect(&format!("amqp://guest:guest@{address}/%2f"), properties).await
}

/// A name that no other case, run or suite uses: cases share one broker.
pub fn unique(word: &str) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos();
    format!("{word}-{now:x}-{}", COUNT.fetch_add(1, Ordering::Relaxed))
}

pub fn arguments<const N: usize>(pairs: [(&str, AMQPValue); N]) -> FieldTable {
    let mut table = FieldTable::default();
    for (name, value) in pairs {
        table.insert(name.into(), value);
    }
    table
}

/// A queue of the case's own, gone with its connection.
pub async fn own_queue(channel: &Channel, arguments: FieldTable) -> lapin::Result<String> {
    let name = unique("q");
    let options = QueueDeclareOptions { exclusive: true, ..Default::default() };
    channel.queue_declare(&name, options, arguments).await?;
    Ok(name)
}

/// Goes with the last binding from it.
pub async fn own_exchange(channel: &Channel, kind: ExchangeKind) -> lapin::Result<String> {
    let name = unique("x");
    let options = ExchangeDeclareOptions { auto_delete: true, ..Default::default() };
    channel.exchange_declare(&name, kind, options, FieldTable::default()).await?;
    Ok(name)
}

pub async fn bind(channel: &Channel, queue: &str, exchange: &str, key: &str) -> Outcome {
    channel.queue_bind(queue, exchange, key, QueueBindOptions::default(), FieldTable::default()).await
}

pub async fn publish(channel: &Channel, exchange: &str, key: &str, bodies: &[&str]) -> Outcome {
    for body in bodies {
        channel.basic_publish(exchange, key, BasicPublishOptions::default(), body.as_bytes(), BasicProperties::default()).await?;
    }
    Ok(())
}

pub async fn consume(channel: &Channel, queue: &str, no_ack: bool) -> lapin::Result<Consumer> {
    channel.basic_consume(queue, "", BasicConsumeOptions { no_ack, ..Default::default() }, FieldTable::default()).await
}

/// The next delivery of a consumer, waited for.
pub async fn delivered(consumer: &mut Consumer) -> lapin::Result<Delivery> {
    within("a delivery", async { consumer.next().await.expect("the consumer was cancelled") }).await
}

/// The next message of a queue, waited for.
pub async fn next(channel: &Channel, queue: &str, no_ack: bool) -> lapin::Result<Delivery> {
    let begin = Instant::now();
    loop {
        if let Some(message) = channel.basic_get(queue, BasicGetOptions { no_ack }).await? {
            return Ok(message.delivery);
        }
        assert!(begin.elapsed() < PATIENCE, "no message in {queue} within {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Takes count messages, after which the queue must be empty.
pub async fn bodies(channel: &Channel, queue: &str, count: usize) -> lapin::Result<String> {
    let mut read = Vec::new();
    for _ in 0..count {
        read.push(text(&next(channel, queue, true).await?));
    }
    let more = channel.basic_get(queue, BasicGetOptions { no_ack: true }).await?;
    assert!(more.is_none(), "more in {queue} than {read:?}");
    Ok(read.join(" "))
}

pub fn text(delivery: &Delivery) -> String {
    String::from_utf8_lossy(&delivery.data).into_owned()
}

pub async fn waiting(channel: &Channel, queue: &str) -> lapin::Result<u32> {
    let options = QueueDeclareOptions { passive: true, ..Default::default() };
    Ok(channel.queue_declare(queue, options, FieldTable::default()).await?.message_count())
}

/// The code and text with which the broker refused.
pub fn refusal<T: Debug>(outcome: lapin::Result<T>) -> String {
    let error = outcome.expect_err("it was not refused");
    let ErrorKind::ProtocolError(refused) = error.kind() else { panic!("refused by {error:?}") };
    let code = match refused.kind() {
        AMQPErrorKind::Soft(soft) => soft.get_id(),
        AMQPErrorKind::Hard(hard) => hard.get_id(),
    };
    format!("{code} {}", refused.get_message())
}

pub async fn within<T>(what: &str, action: impl Future<Output = T>) -> T {
    let late = async {
        async_timer(PATIENCE).await;
        panic!("not within {PATIENCE:?}: {what}")
    };
    action.or(late).await
}

/// Completes after a while, by a thread: the cases that wait are few.
fn async_timer(after: Duration) -> impl Future<Output = ()> {
    let state = std::sync::Arc::new(Mutex::new((false, None::<std::task::Waker>)));
    let shared = state.clone();
    std::thread::spawn(move || {
        std::thread::sleep(after);
        let mut state = shared.lock().unwrap();
        state.0 = true;
        if let Some(waker) = state.1.take() {
            waker.wake();
        }
    });
    std::future::poll_fn(move |context| {
        let mut state = state.lock().unwrap();
        state.1 = Some(context.waker().clone());
        if state.0 { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
}
