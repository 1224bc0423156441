package dev.nacre.similarity.device;

/** The choice of candidates is right when a device does what its interface says. */
class ModelDeviceTest implements DeviceContract {
  @Override
  public Device open() {
    return new ModelDevice(1L << 30);
  }
}
