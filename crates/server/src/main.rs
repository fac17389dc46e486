//! The program.

/// Gives memory back that log-ins took, which the system's allocator keeps, and is quicker with what many threads share.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    praca::cli::run()
}
