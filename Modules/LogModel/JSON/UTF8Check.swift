/// Whether bytes are well-formed UTF-8 (Unicode 15, table 3-7).
public func isUTF8(_ bytes: Span<UInt8>) -> Bool {
    guard #available(macOS 26, iOS 26, tvOS 26, watchOS 26, *) else { return isUTF8ByScalars(bytes) }
    do {
        _ = try UTF8Span(validating: bytes)
        return true
    } catch {
        return false
    }
}

/// As ``isUTF8(_:)``, one scalar after the other, for systems whose standard library has no `UTF8Span`.
func isUTF8ByScalars(_ bytes: Span<UInt8>) -> Bool {
    bytes.withUnsafeBufferPointer { buffer in
        var rest = buffer.makeIterator()
        var parser = Unicode.UTF8.ForwardParser()
        while true {
            switch parser.parseScalar(from: &rest) {
            case .valid: continue
            case .emptyInput: return true
            case .error: return false
            }
        }
    }
}
