#pragma once

// The preupdate functions are deliberately left out: a library built without SQLITE_ENABLE_PREUPDATE_HOOK does not have
// them, and a program that names them would not even start there. Sources/SQLite/PreupdateFunctions.swift looks them
// up at run time instead.
#include <sqlite3.h>
/* malloc_trim: Swift's Glibc module leaves this header out. */
#include <malloc.h>

/// The number of foreign key violations that the open transaction has put off until its COMMIT, or a negative number.
/// Here because the answer comes through two pointers that no caller has use for.
static inline int plugboard_sqlite_deferred_violations(sqlite3 *connection) {
  int current = 0, highest = 0;
  if (sqlite3_db_status(connection, SQLITE_DBSTATUS_DEFERRED_FKS, &current, &highest, 0) != SQLITE_OK) return -1;
  return current;
}

/// Makes a double-quoted word that names no column an error, where SQLite would take it for a string.
/// Here because Swift calls no variadic C function.
static inline int plugboard_sqlite_refuse_quoted_strings(sqlite3 *connection) {
  int result = sqlite3_db_config(connection, SQLITE_DBCONFIG_DQS_DML, 0, (int *)0);
  if (result != SQLITE_OK) return result;
  return sqlite3_db_config(connection, SQLITE_DBCONFIG_DQS_DDL, 0, (int *)0);
}
