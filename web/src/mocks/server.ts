import { setupServer } from "msw/node";

/** The network of a test; each test says what its server answers. */
export const network = setupServer();
