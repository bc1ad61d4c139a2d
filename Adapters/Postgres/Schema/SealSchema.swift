/// Version 4.
enum SealSchema {
    static let statements = [seals]

    /// Secrets of tokens that were issued under a key, as only that key opens them.
    private static let seals = """
        ALTER TABLE client_tokens ADD COLUMN seal bytea;
        CREATE INDEX client_tokens_sealed ON client_tokens (created_at) WHERE seal IS NOT NULL
        """
}
