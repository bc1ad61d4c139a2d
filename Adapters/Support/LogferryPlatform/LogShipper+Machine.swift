public import Logferry

extension LogShipper {
    /// Starts a shipper by the machine's clocks, with its chance and a mutex.
    ///
    /// - Parameters:
    ///   - settings: what to do.
    ///   - transport: carries requests.
    ///   - journal: keeps batches on disk until they are delivered.
    ///   - observer: is told what happens.
    public convenience init(
        _ settings: ShipperSettings, transport: any SdkTransport, journal: (any BatchJournal)? = nil,
        observer: (any ShipperObserver)? = nil
    ) {
        self.init(
            settings: settings, transport: transport, guarding: { LockedLineBuffer($0) }, clock: ContinuousClock(),
            wallClock: MachineClock(), entropy: MachineEntropy(), journal: journal, observer: observer)
    }
}
