import Glibc

/// Removes a file behind a store's back.
func removeFile(_ path: String) -> Bool { unlink(path) == 0 }
