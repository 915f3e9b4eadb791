/** A scanner that the phantoms of a vendor come from. */
export type Machine = {
  readonly model: string;
  readonly station: string;
  readonly serialNumber: string;
  readonly software: string | readonly string[];
};

export const machines = {
  somatom: {
    model: "SOMATOM Definition AS",
    station: "CTAWP73412",
    serialNumber: "73412",
    software: "syngo CT 2012B",
  },
  revolution: {
    model: "Revolution CT",
    station: "CT01_OC0",
    serialNumber: "REVO0000417",
    software: "revo_ct_22bc.50",
  },
  ict: { model: "iCT 256", station: "HOST-4471", serialNumber: "4471", software: "4.1.6" },
  aera: { model: "MAGNETOM Aera", station: "AWP41817", serialNumber: "41817", software: "syngo MR E11" },
  signa: {
    model: "SIGNA Artist",
    station: "MR01OW0",
    serialNumber: "000000000MR01OW0",
    software: ["29", "LX", "MR Software release:MR29.1_R01_2131.a"],
  },
  ingenia: {
    model: "Ingenia",
    station: "PHILIPS-8K2QF41",
    serialNumber: "41205",
    software: ["5.7.1", "5.7.1.2"],
  },
} as const satisfies Readonly<Record<string, Machine>>;
