import CSQLite

/// Gives memory that is free back to the system.
///
/// SQLite gives what it no longer needs to glibc, and glibc keeps it in the arena of the thread that asked for it: after a
/// request for a thousand rows that is tens of megabytes, for ever. Takes some milliseconds.
package func giveFreedMemoryBack() {
  // Whether there was anything to give is nobody's business.
  _ = malloc_trim(0)
}
