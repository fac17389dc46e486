//! The program.

/// Gives memory back that log-ins took, which the system's allocator keeps, and is quicker with what many threads share.
#[cfg(not(feature = "heap-profile"))]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Notes who asks for memory, which makes the program many times slower.
#[cfg(feature = "heap-profile")]
#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

fn main() -> std::process::ExitCode {
    #[cfg(feature = "heap-profile")]
    profile_heap();
    praca::cli::run()
}

/// Writes `dhat-heap.json` into the present folder, with what is held at that moment, once standard input has a line.
#[cfg(feature = "heap-profile")]
fn profile_heap() {
    let profiler = dhat::Profiler::builder().trim_backtraces(None).build();
    std::thread::spawn(move || {
        // Without a line there is nothing to wait for either.
        let _ = std::io::stdin().read_line(&mut String::new());
        drop(profiler);
    });
}
