internal import CCrypto

/// SHA-256 (FIPS 180-4) of bytes that come in pieces, by libcrypto.
///
/// The library refuses only when the process has no memory, or the machine's OpenSSL has no provider of SHA-256. Neither
/// leaves a way to go on, so the process ends then, as when memory cannot be had elsewhere.
@safe public struct SHA256: ~Copyable {
    private let state: OpaquePointer

    /// Begins a digest.
    public init() {
        guard let state = unsafe logferry_sha256_begin() else { refused() }
        unsafe self.state = state
    }

    deinit { unsafe logferry_sha256_free(state) }

    /// Adds bytes.
    public mutating func update(_ bytes: borrowing Span<UInt8>) {
        let isAdded = unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe logferry_sha256_add(state, bytes.baseAddress, bytes.count)
        }
        guard isAdded else { refused() }
    }

    /// Returns the digest of all bytes, 32 bytes.
    public consuming func finalize() -> [UInt8] {
        unsafe filled { unsafe logferry_sha256_end(state, $0) }
    }

    /// Returns the digest of some bytes, 32 bytes.
    public static func hash(_ bytes: [UInt8]) -> [UInt8] {
        unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe filled { unsafe logferry_sha256(bytes.baseAddress, bytes.count, $0) }
        }
    }
}

/// HMAC over SHA-256 (RFC 2104), by libcrypto.
public enum HMACSHA256 {
    /// Computes the code of a message.
    /// - Parameters:
    ///   - message: any bytes.
    ///   - key: any bytes, fewer than 2 GiB.
    /// - Returns: 32 bytes.
    public static func code(of message: [UInt8], under key: [UInt8]) -> [UInt8] {
        unsafe message.withUnsafeBufferPointer { message in
            unsafe key.withUnsafeBufferPointer { key in
                unsafe filled {
                    unsafe logferry_hmac_sha256(key.baseAddress, key.count, message.baseAddress, message.count, $0)
                }
            }
        }
    }
}

/// Returns the 32 bytes that `fill` writes.
private func filled(_ fill: (UnsafeMutablePointer<UInt8>) -> Bool) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: Int(LOGFERRY_SHA256_LENGTH)) { room, count in
        guard let base = room.baseAddress, unsafe fill(base) else { refused() }
        count = Int(LOGFERRY_SHA256_LENGTH)
    }
}

private func refused() -> Never {
    preconditionFailure("libcrypto computes no SHA-256: no memory, or no provider of it")
}
