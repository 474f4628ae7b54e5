//! Proves a broker with lapin, the Rust client.
mod cases;
mod entities;
mod messages;
mod queues;
mod recovery;

fn main() -> std::process::ExitCode {
    cases::run(vec![
        ("lapin entities", entities::cases()),
        ("lapin messages", messages::cases()),
        ("lapin queues", queues::cases()),
        ("lapin recovery", recovery::cases()),
    ])
}
