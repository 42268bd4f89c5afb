import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';

interface Props {
  isOpen: boolean;
  /** Not given where it has to be answered. */
  close?: () => void;
  title: string;
  /** For what is looked at and not only answered. */
  isWide?: boolean;
  children: ReactNode;
}

/** What is asked before something is done. */
export function QuestionModal({ isOpen, close, title, isWide, children }: Props) {
  return (
    <Modal.Root
      opened={isOpen}
      onClose={close ?? (() => {})}
      // Holding the page's scroll takes a style that the policy refuses.
      lockScroll={false}
      size={isWide ? '70rem' : 'md'}
    >
      <Modal.Overlay />
      <Modal.Content>
        {/* To whoever hears the page, a head of its own would be that of the page once more. */}
        <Modal.Header role="presentation">
          <Modal.Title>{title}</Modal.Title>
          {close && <Modal.CloseButton aria-label="Close" />}
        </Modal.Header>
        <Modal.Body>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
