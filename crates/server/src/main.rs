//! The program.

fn main() -> std::process::ExitCode {
    praca::cli::run()
}
