/// What calls about files send and get; only the members that we use.
enum FileWire {
    /// Names a file by its id.
    struct Locator: Encodable, Sendable {
        let fileId: String
    }

    /// Answer of deleteFile, whose job we do not follow: the file is gone before the answer, its bytes follow.
    struct Deletion: Decodable, Sendable {}
}
