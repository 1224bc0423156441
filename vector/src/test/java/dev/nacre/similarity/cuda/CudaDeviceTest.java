package dev.nacre.similarity.cuda;

import dev.nacre.similarity.device.Device;
import dev.nacre.similarity.device.DeviceContract;
import dev.nacre.similarity.device.MissingDevice;

/** CUDA keeps the contract, where there is a GPU. */
class CudaDeviceTest implements DeviceContract {
  @Override
  public Device open() {
    return MissingDevice.openOrSkip("cuda", CudaDevice::open);
  }
}
