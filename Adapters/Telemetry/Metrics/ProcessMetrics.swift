public import CoreMetrics

/// Figures of the process and of the program that runs in it.
public struct ProcessMetrics: Sendable {
    private let cpu: Meter
    private let resident: Meter
    private let virtual: Meter
    private let openFiles: Meter
    private let maxFiles: Meter
    private let startTime: Meter

    /// Makes the handles and shows which version runs.
    public init(_ factory: any MetricsFactory, version: String) {
        cpu = ServiceMetric.processCPU.gauge(factory)
        resident = ServiceMetric.processResidentMemory.gauge(factory)
        virtual = ServiceMetric.processVirtualMemory.gauge(factory)
        openFiles = ServiceMetric.processOpenFiles.gauge(factory)
        maxFiles = ServiceMetric.processMaxFiles.gauge(factory)
        startTime = ServiceMetric.processStartTime.gauge(factory)
        ServiceMetric.buildInfo.gauge(factory, [("version", version)]).set(1)
    }

    /// Asks the kernel anew; before each scrape.
    public func refresh() {
        guard let figures = ProcessFigures.read() else { return }
        cpu.set(figures.cpuSeconds)
        resident.set(figures.residentBytes)
        virtual.set(figures.virtualBytes)
        openFiles.set(figures.openFiles)
        maxFiles.set(figures.maxFiles)
        startTime.set(figures.startTime)
    }
}
