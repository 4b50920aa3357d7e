import jsQR from "jsqr";
import { useEffect, useRef, useState } from "react";
import { FileTrigger } from "react-aria-components";
import { Button, Notice, Row, Stack } from "./basics";
import styles from "./ui.module.css";

export interface QrScannerWords {
  readonly camera: string;
  readonly photo: string;
  readonly noCamera: string;
  readonly nothing: string;
  readonly video: string;
}

const INTERVAL = 250;
/** Larger pictures are drawn smaller before they are searched. */
const SIDE_MAX = 1_600;

function search(source: CanvasImageSource, width: number, height: number): string | null {
  const scale = Math.min(1, SIDE_MAX / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null || canvas.width === 0 || canvas.height === 0) {
    return null;
  }
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  return jsQR(data, canvas.width, canvas.height)?.data ?? null;
}

/** Reads a QR code from the camera or from a photo; nothing of either leaves the browser. */
export function QrScanner({ words, onText }: { words: QrScannerWords; onText: (text: string) => void }) {
  const [looking, setLooking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const video = useRef<HTMLVideoElement>(null);
  const found = useRef(onText);
  found.current = onText;
  const failed = useRef(words.noCamera);
  failed.current = words.noCamera;

  useEffect(() => {
    if (!looking) {
      return;
    }
    let ended = false;
    let stream: MediaStream | undefined;
    const timer = setInterval(() => {
      const screen = video.current;
      const text = screen === null ? null : search(screen, screen.videoWidth, screen.videoHeight);
      if (text !== null) {
        setLooking(false);
        found.current(text);
      }
    }, INTERVAL);
    const start = async () => {
      try {
        const opened = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
        stream = opened;
        if (ended || video.current === null) {
          stop();
          return;
        }
        video.current.srcObject = opened;
        await video.current.play();
      } catch (error) {
        // Without a camera, or without leave to use it, there is the photo.
        if (!ended) {
          setLooking(false);
          setProblem(error instanceof Error ? failed.current : null);
        }
      }
    };
    const stop = () => {
      for (const track of stream?.getTracks() ?? []) {
        track.stop();
      }
    };
    void start();
    return () => {
      ended = true;
      clearInterval(timer);
      stop();
    };
  }, [looking]);

  const read = async (file: File) => {
    setProblem(null);
    const picture = await createImageBitmap(file);
    const text = search(picture, picture.width, picture.height);
    if (text === null) {
      setProblem(words.nothing);
    } else {
      onText(text);
    }
  };

  return (
    <Stack>
      {looking ? <video ref={video} className={styles.camera} muted playsInline aria-label={words.video} /> : null}
      <Row>
        <Button
          onPress={() => {
            setProblem(null);
            setLooking(true);
          }}
          isDisabled={looking}
        >
          {words.camera}
        </Button>
        <FileTrigger
          acceptedFileTypes={["image/*"]}
          onSelect={(list) => {
            const file = list?.item(0);
            if (file !== null && file !== undefined) {
              read(file).catch(() => setProblem(words.nothing));
            }
          }}
        >
          <Button>{words.photo}</Button>
        </FileTrigger>
      </Row>
      {problem === null ? null : <Notice tone="bad" title={problem} />}
    </Stack>
  );
}
