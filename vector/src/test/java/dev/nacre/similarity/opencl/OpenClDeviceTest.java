package dev.nacre.similarity.opencl;

import dev.nacre.similarity.device.Device;
import dev.nacre.similarity.device.DeviceContract;
import dev.nacre.similarity.device.MissingDevice;

/** OpenCL keeps the contract, on whatever device is there: PoCL makes one of every processor. */
class OpenClDeviceTest implements DeviceContract {
  @Override
  public Device open() {
    return MissingDevice.openOrSkip("opencl", OpenClDevice::open);
  }
}
