// The system's SQLite: what the readers are compared with in tests. The product does not link it.
#pragma once
#include <sqlite3.h>
