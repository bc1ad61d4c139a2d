import LocalFimidaraAdapter

/// What our own file store takes in, and from whom.
public struct FileStoreRules: Sendable {
    let limits: StorageLimits
    /// Origins of the pages that may use it from a browser.
    let origins: Set<String>

    /// Reads the rules; what is wrong with them is among the complaints of the reading.
    init(_ read: SettingsReading) {
        limits = StorageLimits(
            fileBytes: read.manyBytes("local_fimidara.max_file"),
            uploadBytes: read.manyBytes("local_fimidara.max_upload"),
            totalBytes: read.manyBytes("local_fimidara.quota"), files: read.many("local_fimidara.max_files"),
            folders: FolderQuotas(
                parent: read.text("fimidara.logs_folder_prefix").split(separator: "/").map(String.init),
                bytes: read.isGiven("local_fimidara.app_quota") ? read.manyBytes("local_fimidara.app_quota") : nil,
                exceptions: read.bytesOfApps("local_fimidara.app_quotas")),
            freeBytes: read.manyBytes("local_fimidara.min_free"),
            partLifetime: read.duration("local_fimidara.part_lifetime"))
        origins = read.origins("local_fimidara.origins")
    }
}
