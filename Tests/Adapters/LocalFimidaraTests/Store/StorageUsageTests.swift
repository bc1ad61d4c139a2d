import Testing

@testable import LocalFimidaraAdapter

@Suite("Warnings of a store that gets full")
struct StorageUsageTests {
    @Test("the most urgent warning comes: a full disk, then the quota of all, then that of one app")
    func warnings() {
        let limits = StorageLimits()
        func warning(_ bytes: Int64, free: Int64, fullest: Double) -> String? {
            StorageUsage(bytes: bytes, limit: 1000, free: free, fullestFolder: fullest).warning(by: limits)
        }
        let room = limits.freeBytes + 1
        #expect(warning(899, free: room, fullest: 0.89) == nil)
        #expect(warning(899, free: room, fullest: 0.9)?.hasPrefix("an app has used nine tenths") == true)
        #expect(warning(900, free: room, fullest: 0.9)?.hasSuffix("local_fimidara.quota") == true)
        #expect(warning(900, free: limits.freeBytes, fullest: 1)?.contains("disk is full") == true)
    }
}
