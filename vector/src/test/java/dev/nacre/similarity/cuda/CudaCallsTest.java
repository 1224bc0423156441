package dev.nacre.similarity.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.nacre.error.ResourceExhaustedException;
import dev.nacre.error.UnavailableException;
import dev.nacre.similarity.device.Device;
import dev.nacre.similarity.device.DeviceContract;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The calls of CUDA, against a driver that checks them: their order, arguments and failures. */
class CudaCallsTest implements DeviceContract {
  private final FakeCudaDriver driver = new FakeCudaDriver();

  @Override
  public Device open() {
    return new CudaDevice(driver);
  }

  @AfterEach
  void everythingIsGivenBack() {
    assertEquals(0, driver.buffers());
    assertEquals(0, driver.modules);
    assertEquals(0, driver.retained);
    driver.close();
  }

  @Test
  void open_device_described() {
    try (CudaDevice device = new CudaDevice(driver)) {
      assertEquals("Fake 5, CUDA 13.1, 4096 MiB", device.description());
      assertEquals("cuda", device.provider());
    }
  }

  @Test
  void open_anyCallFails_namedAndGivenBack() {
    List<String> calls =
        List.of(
            "cuDeviceGetCount",
            "cuDeviceGet",
            "cuDeviceGetName",
            "cuDeviceGetAttribute",
            "cuDeviceTotalMem_v2",
            "cuDriverGetVersion",
            "cuDevicePrimaryCtxRetain",
            "cuCtxSetCurrent",
            "cuModuleLoadData",
            "cuModuleGetFunction");
    for (String call : calls) {
      driver.fail(call, 999);
      UnavailableException e = assertThrows(UnavailableException.class, () -> open().close(), call);
      assertEquals(call, e.details().get("call"));
      assertEquals("999", e.details().get("code"));
      assertTrue(String.valueOf(e.getMessage()).contains("CUDA_ERROR_OF_THE_TEST (999)"));
      assertEquals(0, driver.retained, call);
      assertEquals(0, driver.modules, call);
    }
  }

  @Test
  void open_noDevice_saysWhatIsMissing() {
    driver.devices = 0;
    UnavailableException e = assertThrows(UnavailableException.class, () -> open().close());
    assertTrue(String.valueOf(e.getMessage()).contains("no device"), e.getMessage());
    driver.fail("cuInit", 100);
    e = assertThrows(UnavailableException.class, () -> open().close());
    assertEquals("100", e.details().get("code"));
  }

  @Test
  void open_oldDevice_saysWhatItTakes() {
    driver.major = 7;
    UnavailableException e = assertThrows(UnavailableException.class, () -> open().close());
    assertTrue(String.valueOf(e.getMessage()).contains("7.0; it takes 7.5"), e.getMessage());
  }

  @Test
  void open_libraryWithoutAFunction_namesIt() {
    UnavailableException e =
        assertThrows(
            UnavailableException.class,
            () ->
                new CudaDevice(
                        name -> name.equals("cuMemFree_v2") ? Optional.empty() : driver.find(name))
                    .close());
    assertEquals("cuMemFree_v2", e.details().get("call"));
  }

  @Test
  void allocate_noMemory_exhausted() {
    try (Device device = open()) {
      ResourceExhaustedException e =
          assertThrows(ResourceExhaustedException.class, () -> device.allocate(1L << 32));
      assertEquals("cuMemAlloc_v2", e.details().get("call"));
    }
  }

  @Test
  void free_unknownCode_namedByItsNumber() {
    try (Device device = open()) {
      long handle = device.allocate(64);
      device.free(handle);
      driver.fail("cuCtxSetCurrent", 12_345);
      UnavailableException e = assertThrows(UnavailableException.class, () -> device.free(handle));
      assertTrue(String.valueOf(e.getMessage()).contains("an unknown code (12345)"));
      driver.fail("none", 0);
    }
  }

  @Test
  void close_deviceLost_everythingIsStillReleased() {
    Device device = open();
    driver.fail("cuCtxSynchronize", 719);
    UnavailableException e = assertThrows(UnavailableException.class, device::close);
    assertEquals("719", e.details().get("code"));
  }
}
