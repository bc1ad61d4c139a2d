extension Deviation {
    /// All deviations of this store from the recorded server.
    static let known: [Deviation] = []
}
