import FuzzTargets
import Glibc

/// What libFuzzer runs; `LOGFERRY_FUZZ_TARGET` names the target.
private let target: FuzzTarget = {
    let name = getenv("LOGFERRY_FUZZ_TARGET").map { String(cString: $0) } ?? ""
    guard let target = FuzzTarget.all.first(where: { $0.name == name }) else {
        fatalError("LOGFERRY_FUZZ_TARGET must be one of \(FuzzTarget.all.map(\.name).joined(separator: ", "))")
    }
    return target
}()

/// Called once before the corpus is read: puts the target's own beginnings into `LOGFERRY_FUZZ_CORPUS`.
///
/// With `names` for a target it prints all there are, and ends.
@_cdecl("LLVMFuzzerInitialize")
public func initializeFuzzer(
    _ count: UnsafeMutablePointer<CInt>?, _ arguments: UnsafeMutableRawPointer?
) -> CInt {
    if getenv("LOGFERRY_FUZZ_TARGET").map({ String(cString: $0) }) == "names" {
        for target in FuzzTarget.all { print(target.name) }
        exit(0)
    }
    guard let folder = getenv("LOGFERRY_FUZZ_CORPUS").map({ String(cString: $0) }) else { return 0 }
    for (index, seed) in target.seeds.enumerated() {
        guard let file = fopen("\(folder)/seed-\(index)", "w") else { fatalError("\(folder) cannot be written") }
        fwrite(seed, 1, seed.count, file)
        fclose(file)
    }
    return 0
}

/// One execution.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    do {
        try target.run(Array(UnsafeBufferPointer(start: data, count: size)))
    } catch {
        fatalError("\(target.name): \(error)")
    }
    return 0
}
